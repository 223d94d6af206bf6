"""Headers cannot be forged, and one notification always becomes the same message."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from bittitan_plugin.domain.branding import Branding
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.mail.rendering import Renderer
from bittitan_plugin.ports.mail import Notification
from tests.tables import every
from tests.unit.mail.samples import CODE, NOW, notification


def clock() -> datetime:
    return NOW


RENDERER = Renderer(clock=clock)


def received(sent: Notification) -> EmailMessage:
    """The message as its reader's program sees it, after a trip over the wire."""
    rendered = RENDERER.render(sent)
    message = message_from_bytes(rendered.as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


@every(
    "header, value",
    [
        ("From", "licenses@example.com"),
        ("To", "olive@example.org"),
        ("Subject", "Welcome BitTitan Integration customer: BitTitan Mailbox License, order 1042"),
        ("Date", "Mon, 02 Mar 2026 09:30:00 +0000"),
        ("Auto-Submitted", "auto-generated"),
    ],
)
def test_a_message_carries_the_header(header: str, value: str) -> None:
    assert received(notification())[header] == value


def test_the_sender_has_a_name_where_the_distributor_gave_one() -> None:
    face = Branding(sender_name='Söhne, "Cloud" & more', support_address="help@example.com")
    message = received(replace(notification(), branding=face))
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (face.sender_name, "licenses@example.com")
    assert "Questions are welcome at help@example.com" in body(message, "plain")


def test_a_sender_s_name_makes_no_header_of_its_own() -> None:
    face = Branding(sender_name="Shop\r\nBcc: all@example.com")
    message = received(replace(notification(), branding=face))
    assert message["Bcc"] is None
    assert message["From"].addresses[0].addr_spec == "licenses@example.com"


def test_text_and_html_are_alternatives_of_each_other() -> None:
    message = received(notification())
    parts = [part.get_content_type() for part in message.iter_parts()]
    assert (message.get_content_type(), parts) == (
        "multipart/alternative",
        ["text/plain", "text/html"],
    )


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_each_part_shows_the_coupon_code(kind: str) -> None:
    assert CODE in body(received(notification()), kind)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_names_in_any_script_arrive_whole(kind: str) -> None:
    sent = notification(values={"customer_name": "Ελιά 株式会社 🫒"})
    assert "Ελιά 株式会社 🫒" in body(received(sent), kind)


def test_a_subject_in_any_script_arrives_whole() -> None:
    sent = notification("cancellation_request_staff", {"customer_name": "Ελιά 株式会社"})
    assert received(sent)["Subject"].endswith("asked for by Ελιά 株式会社")


def test_the_message_travels_as_seven_bit_text() -> None:
    sent = notification(values={"customer_name": "Ελιά"})
    assert RENDERER.render(sent).as_bytes().isascii()


def test_no_line_is_longer_than_smtp_allows() -> None:
    sent = notification(values={"customer_name": "x" * 3000})
    lines = RENDERER.render(sent).as_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 998


def test_the_message_id_is_the_same_whenever_the_key_is() -> None:
    first = received(notification())
    again = received(notification(values={"coupon_days_left": 3}))
    assert first["Message-ID"] == again["Message-ID"]


def test_another_key_gives_another_message_id() -> None:
    other = received(notification(key="welcome:asset-2"))
    assert other["Message-ID"] != received(notification())["Message-ID"]


def test_the_message_id_does_not_give_the_key_away() -> None:
    assert "asset" not in received(notification())["Message-ID"]


def test_rendering_twice_gives_the_same_bytes() -> None:
    first, again = (RENDERER.render(notification()).as_bytes() for _ in range(2))
    assert first == again


def test_the_date_is_read_from_the_clock_at_each_rendering() -> None:
    days = iter([NOW, NOW + timedelta(days=1)])
    renderer = Renderer(clock=lambda: next(days))
    renderer.render(notification())
    assert "03 Mar 2026" in renderer.render(notification())["Date"]


@every("breaks", ["\r\n", "\n", "\r", "\u2028", "\x0b"])
def test_a_line_break_in_a_name_adds_no_header(breaks: str) -> None:
    name = f"Olive{breaks}Bcc: thief@example.net"
    message = received(notification("cancellation_request_staff", {"customer_name": name}))
    assert message["Bcc"] is None
    assert message["Subject"].endswith("asked for by Olive Bcc: thief@example.net")


@every("charset", ["utf-8", "us-ascii", "utf-8*en"])
@every("kind", ["q", "b"])
def test_an_encoded_word_in_a_name_adds_no_header(charset: str, kind: str) -> None:
    forged = {
        "q": "x=0D=0ABcc:_thief=40example.net=0D=0A=0D=0Abody",
        "b": "eA0KQmNjOiB0aGllZkBleGFtcGxlLm5ldA0KDQpib2R5",
    }
    name = f"=?{charset}?{kind}?{forged[kind]}?="
    sent = notification("cancellation_request_staff", {"customer_name": name})
    for face in (sent.branding, Branding(sender_name=name)):
        message = received(replace(sent, branding=face))
        assert message["Bcc"] is None
        assert message["To"] == "olive@example.org"
        assert message["Subject"].endswith(name.removeprefix("="))


@every("field", ["to", "sender"])
@every(
    "address",
    [
        "olive@example.org\r\nBcc: thief@example.net",
        "olive@example.org, thief@example.net",
        "olive@example.org;thief@example.net",
        "Olive <olive@example.org>",
        "olive",
        "@example.org",
        "olive@",
        "",
        "ölive@example.org",
    ],
)
def test_whatever_is_not_one_address_is_rejected(field: str, address: str) -> None:
    sent = notification(to=address) if field == "to" else notification(sender=address)
    with pytest.raises(Rejected) as refusal:
        RENDERER.render(sent)
    assert (refusal.value.code, refusal.value.field) == ("ADDRESS", field)


def test_the_message_id_has_the_sender_s_domain() -> None:
    message = received(notification(sender="licenses@müller.example"))
    assert message["Message-ID"].endswith("@xn--mller-kva.example>")


@every("template", ["welcome", "coupon_expiring"])
def test_several_codes_wrap_on_a_telephone(template: str) -> None:
    codes = " ".join(f"{CODE}-{number}" for number in range(3))
    html = body(received(notification(template, {"coupon_code": codes})), "html")
    (style,) = re.findall(rf'style="([^"]*)">{codes}<', html)
    assert "nowrap" not in style
    assert "overflow-wrap:anywhere" in style


def test_mail_for_a_domain_with_a_sharp_s_goes_to_no_other_domain() -> None:
    assert received(notification(to="info@straße.example"))["To"] == "info@xn--strae-oqa.example"


def test_a_domain_in_another_script_is_written_in_its_ascii_form() -> None:
    assert received(notification(to="info@müller.example"))["To"] == "info@xn--mller-kva.example"


def test_a_name_turns_no_letter_of_ours_around() -> None:
    sent = notification(values={"customer_name": "Olive\u202e & So\u200bns"})
    assert not {"\u202e", "\u200b"} & set(body(received(sent), "plain"))
