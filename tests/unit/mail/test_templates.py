"""Every e-mail exists twice, says the same both times, and needs exactly the documented values."""

import re
from html import unescape
from pathlib import Path
from shutil import copytree

import pytest

from bittitan_plugin.domain.emails import EMAILS, Email, SaleEmail
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.mail.wording import Phrasebook, Wording
from tests.tables import every
from tests.unit.mail.samples import CODE, FRAME, SAMPLES, TEMPLATES, notification, sample, sparse

BASES = {"base"}
KINDS = ("txt", "html")
EVERY_TEMPLATE = every("template", sorted(SAMPLES))
SHIPPED = Phrasebook()


def worded(template: str, **changes: object) -> Wording:
    return SHIPPED.word(template, {**SAMPLES[template], **FRAME, **changes})


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def visible(html: str) -> str:
    body = re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", body))


def unpaired(templates: Path) -> set[str]:
    """E-mails that are not declared, or lack one of their templates."""
    texts, htmls = ({path.stem for path in templates.glob(f"*.{kind}")} for kind in KINDS)
    return {*texts, *htmls, *EMAILS} - (texts & htmls & {*EMAILS}) - BASES


def test_every_email_has_both_its_templates_and_every_template_an_email() -> None:
    assert unpaired(TEMPLATES) == set()


@every("kind", KINDS)
def test_a_template_that_nothing_declares_is_found(tmp_path: Path, kind: str) -> None:
    templates = copytree(TEMPLATES, tmp_path / kind)
    (templates / f"undeclared.{kind}").touch()
    assert unpaired(templates) == {"undeclared"}


@every("kind", KINDS)
def test_an_email_without_one_of_its_templates_is_found(tmp_path: Path, kind: str) -> None:
    templates = copytree(TEMPLATES, tmp_path / kind)
    (templates / f"welcome.{kind}").unlink()
    assert unpaired(templates) == {"welcome"}


def test_no_two_emails_share_their_templates() -> None:
    kinds = {*Email.__subclasses__(), *SaleEmail.__subclasses__()} - {SaleEmail}
    assert set(EMAILS.values()) == kinds


@EVERY_TEMPLATE
def test_the_twins_say_the_same_words_in_the_same_order(template: str) -> None:
    wording = worded(template)
    assert words(visible(wording.html)) == words(wording.text)


@EVERY_TEMPLATE
def test_the_twins_agree_when_everything_optional_is_left_out(template: str) -> None:
    wording = worded(template, **sparse(template))
    assert words(visible(wording.html)) == words(wording.text)


@EVERY_TEMPLATE
def test_what_is_left_out_leaves_no_trace(template: str) -> None:
    wording = worded(template, **sparse(template))
    assert not re.search(r"\bNone\b|\n\n\n|: *\n-", wording.subject + wording.text)


@every("template, value", [(name, value) for name in sorted(SAMPLES) for value in SAMPLES[name]])
def test_every_documented_value_is_needed(template: str, value: str) -> None:
    values = {k: v for k, v in SAMPLES[template].items() if k != value}
    with pytest.raises(Rejected, match=f"'{template}' could not be worded: '{value}' is") as error:
        SHIPPED.word(template, {**values, **FRAME})
    assert error.value.code == "TEMPLATE"


def test_a_template_that_does_not_exist_is_a_lasting_failure() -> None:
    with pytest.raises(Rejected, match="no_such_mail"):
        SHIPPED.word("no_such_mail", {})


@EVERY_TEMPLATE
def test_nothing_is_loaded_from_elsewhere(template: str) -> None:
    assert not re.search(r"\b(src|background)=|<link|@import|url\(", worded(template).html)


@EVERY_TEMPLATE
def test_the_subject_never_holds_the_coupon_code(template: str) -> None:
    assert CODE not in worded(template, friendly_name="x").subject


def test_the_welcome_is_titled_as_documented() -> None:
    assert worded("welcome").subject == (
        "Welcome BitTitan Integration customer: BitTitan Mailbox License, order 1042"
    )


@every(
    "fact",
    [
        CODE,
        "25 licences of BitTitan Mailbox License",
        "https://migrationwiz.bittitan.com/",
        "Settings > Enter Coupon",
        "must be entered before 2027-03-02 11:30 (Europe/Athens); 365 days left",
        "licences can be used for 180 days",
        "cancelled before 2026-03-18 00:00 (Europe/Athens)",
        "Friendly name: Spring move",
        "End customer: Harbour Clinic",
        "Order: 1042",
    ],
)
def test_the_welcome_tells_what_its_reader_needs(fact: str) -> None:
    assert fact in worded("welcome").text


@pytest.mark.parametrize(
    ("days", "said"), [(0, "less than a day left"), (1, "1 day left"), (2, "2 days left")]
)
def test_days_left_are_spoken(days: int, said: str) -> None:
    assert said in worded("welcome", coupon_days_left=days).text


def test_one_licence_is_not_called_licences() -> None:
    assert "1 licence of" in worded("welcome", quantity=1).text


def test_the_cancelled_mail_names_credit_invoice_and_amount() -> None:
    assert "Credit invoice CR-2026-0007 over the full amount of 350.00 USD" in (
        worded("cancelled").text
    )


def test_the_cancelled_mail_says_what_is_asked_back_and_what_cannot_go_back_by_itself() -> None:
    text = worded("cancelled").text
    assert "The refund of 330.00 USD has been asked for." in text
    assert "20.00 USD cannot be paid back in the way it was paid" in text


def test_a_cancellation_of_what_was_neither_invoiced_nor_paid_claims_no_money() -> None:
    text = worded("cancelled", **sparse("cancelled")).text
    assert "there is nothing to credit or pay back" in text
    assert "USD" not in text


def test_of_a_sale_that_the_platform_took_back_the_mail_leaves_the_money_to_the_order() -> None:
    taken_back = {**sparse("cancelled"), "settled_with_order": True}
    assert "is settled with the order" in worded("cancelled", **taken_back).text


def test_the_staff_reminder_says_so_in_its_subject() -> None:
    assert worded("cancellation_request_staff").subject.startswith("Reminder: ")


@pytest.mark.parametrize("name", ["customer_name", "friendly_name", "end_customer"])
def test_html_shows_hostile_names_as_text(name: str) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    assert "<img" not in worded("welcome", **{name: hostile}).html


@pytest.mark.parametrize("template", ["cancellation_request_staff", "cancellation_refused"])
def test_html_shows_hostile_comments_as_text(template: str) -> None:
    hostile = {"comment": "<b>x</b>", "reason": "<b>x</b>"}
    assert "<b>" not in worded(template, **hostile).html


def test_a_name_is_not_escaped_in_plain_text() -> None:
    assert "Hello Olive & Sons," in worded("welcome").text


def test_a_name_with_line_breaks_stays_on_its_line() -> None:
    text = worded("welcome", friendly_name="x\r\n\r\nPay here:\u2028evil\x00").text
    assert "Friendly name: x Pay here: evil\n" in text


def test_every_line_of_a_comment_is_marked_as_a_quotation() -> None:
    assert "> We ordered twice.\n> Please cancel one.\n" in (
        worded("cancellation_request_staff").text
    )


@EVERY_TEMPLATE
def test_an_email_does_not_show_code_or_link_when_printed(template: str) -> None:
    secret = {"coupon_code": CODE, "link": CODE}
    assert CODE not in repr(sample(template, **secret)) + repr(notification(template, secret))


def test_a_wording_does_not_show_the_code_when_printed() -> None:
    assert CODE not in repr(worded("welcome"))
