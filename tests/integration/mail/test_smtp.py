"""Mail given to a real server over a real socket: what arrives, and what failures are called."""

import smtplib
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bittitan_plugin.base.smtp_server import SmtpServer
from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.mail import smtp
from bittitan_plugin.mail.rendering import Renderer
from bittitan_plugin.mail.smtp import SmtpMailer
from tests.integration.mail.servers import (
    PASSWORD,
    USER,
    Mailbox,
    nobody,
    scripted,
    server_tls,
    serving,
)
from tests.unit.mail.samples import CODE, NOW, notification
from tests.waiting import PATIENCE_S

#: Seconds; enough where the answer that is waited for never comes, whichever of them that is.
A_MOMENT = 0.05


def mailer(url: str, *, timeout: float = PATIENCE_S) -> SmtpMailer:
    return SmtpMailer(SmtpServer.from_url(url), Renderer(clock=lambda: NOW), timeout=timeout)


def failure(url: str, *, timeout: float = PATIENCE_S) -> BitTitanError:
    with pytest.raises(BitTitanError) as raised:
        mailer(url, timeout=timeout).send(notification())
    return raised.value


def test_the_message_arrives_as_it_was_rendered() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailer(f"smtp://localhost:{port}").send(notification())
    [content] = mailbox.messages
    assert content == Renderer(clock=lambda: NOW).render(notification()).as_bytes()


def test_it_goes_to_its_recipient_and_nobody_else() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailer(f"smtp://localhost:{port}").send(notification(to="info@müller.example"))
    assert mailbox.recipients == ["info@xn--mller-kva.example"]


def test_a_line_that_is_a_single_dot_does_not_end_the_message() -> None:
    mailbox = Mailbox()
    sent = notification("cancellation_refused", {"reason": "one\n.\ntwo"})
    with serving(mailbox) as port:
        mailer(f"smtp://localhost:{port}").send(sent)
    assert b"\r\n.\r\ntwo" in mailbox.messages[0]


def test_each_message_has_a_connection_of_its_own() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        first = mailer(f"smtp://localhost:{port}")
        first.send(notification(key="a"))
        first.send(notification(key="b"))
    identities = {
        message_from_bytes(m, policy=policy.default)["Message-ID"] for m in mailbox.messages
    }
    assert len(identities) == 2


def test_starttls_encrypts_the_message(certificate: tuple[Path, Path]) -> None:
    mailbox = Mailbox()
    with serving(mailbox, tls_context=server_tls(*certificate), require_starttls=True) as port:
        mailer(f"smtp://localhost:{port}?starttls=true&cafile={certificate[0]}").send(
            notification()
        )
    assert mailbox.encrypted == [True]


def test_smtps_encrypts_from_the_first_byte(certificate: tuple[Path, Path]) -> None:
    mailbox = Mailbox()
    with serving(mailbox, tls_context=server_tls(*certificate), implicit_tls=True) as port:
        mailer(f"smtps://localhost:{port}?cafile={certificate[0]}").send(notification())
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("query", ["?starttls=true", ""])
def test_an_unknown_certificate_gets_nothing(query: str, certificate: tuple[Path, Path]) -> None:
    mailbox = Mailbox()
    scheme = "smtp" if query else "smtps"
    tls = server_tls(*certificate)
    with serving(mailbox, tls_context=tls, implicit_tls=not query) as port:
        error = failure(f"{scheme}://localhost:{port}{query}")
    assert isinstance(error, Unavailable)
    assert mailbox.messages == []


def test_a_server_without_starttls_gets_nothing_when_it_is_asked_for() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        error = failure(f"smtp://localhost:{port}?starttls=true")
    assert isinstance(error, Rejected)
    assert "STARTTLS" in error.message
    assert mailbox.messages == []


def test_the_right_credentials_sign_in(certificate: tuple[Path, Path]) -> None:
    mailbox = Mailbox()
    tls = server_tls(*certificate)
    with serving(mailbox, tls_context=tls, auth_required=True) as port:
        mailer(
            f"smtp://{USER}:{PASSWORD}@localhost:{port}?starttls=true&cafile={certificate[0]}"
        ).send(notification())
    assert len(mailbox.messages) == 1


def test_wrong_credentials_are_rejected_and_not_repeated(certificate: tuple[Path, Path]) -> None:
    tls = server_tls(*certificate)
    wrong = "wr0ng-of-the-postman"
    with serving(Mailbox(), tls_context=tls, auth_required=True) as port:
        error = failure(
            f"smtp://{USER}:{wrong}@localhost:{port}?starttls=true&cafile={certificate[0]}"
        )
    assert isinstance(error, Rejected)
    assert error.code == "SMTP_535"
    assert wrong not in str(error)


@pytest.mark.parametrize(
    "mailbox",
    [Mailbox(on_rcpt="451 come back later"), Mailbox(on_data="451 come back later")],
    ids=["rcpt", "data"],
)
def test_a_4xx_answer_can_be_tried_again(mailbox: Mailbox) -> None:
    with serving(mailbox) as port:
        error = failure(f"smtp://localhost:{port}")
    assert isinstance(error, Unavailable)
    assert "451 come back later" in error.message


@pytest.mark.parametrize(
    "mailbox",
    [Mailbox(on_rcpt="550 5.1.1 no such person"), Mailbox(on_data="550 5.1.1 no such person")],
    ids=["rcpt", "data"],
)
def test_a_5xx_answer_is_final(mailbox: Mailbox) -> None:
    with serving(mailbox) as port:
        error = failure(f"smtp://localhost:{port}")
    assert isinstance(error, Rejected)
    assert error.code == "SMTP_550"


def test_the_coupon_code_echoed_by_a_server_is_not_repeated() -> None:
    with serving(Mailbox(on_data=f"554 looks like spam: {CODE}")) as port:
        error = failure(f"smtp://localhost:{port}")
    assert "554 looks like spam: …" in str(error)


def test_a_password_echoed_by_a_server_is_not_repeated() -> None:
    answers = (b"220 hi\r\n", b"250-hi\r\n250 AUTH PLAIN\r\n", b"535 no: s3cret-of\r\n")
    with scripted(*answers, b"221 bye\r\n") as port:
        error = failure(f"smtp://{USER}:s3cret-of@localhost:{port}")
    assert str(error).endswith("answered 535 no: …")


def test_a_port_where_nobody_listens_can_be_tried_again() -> None:
    with nobody() as port:
        assert isinstance(failure(f"smtp://localhost:{port}"), Unavailable)


def test_a_server_that_never_greets_can_be_tried_again() -> None:
    with scripted() as port:
        assert isinstance(failure(f"smtp://localhost:{port}", timeout=A_MOMENT), Unavailable)


def test_a_server_that_greets_with_a_temporary_refusal_can_be_tried_again() -> None:
    with scripted(b"421 too many of you\r\n") as port:
        assert isinstance(failure(f"smtp://localhost:{port}"), Unavailable)


def test_a_server_that_speaks_no_smtp_can_be_tried_again() -> None:
    with scripted(b"HTTP/1.1 200 OK\r\n") as port:
        assert isinstance(failure(f"smtp://localhost:{port}"), Unavailable)


def test_a_server_that_falls_silent_before_the_message_can_be_tried_again() -> None:
    with scripted(b"220 hi\r\n", b"250 hi\r\n") as port:
        assert isinstance(failure(f"smtp://localhost:{port}", timeout=A_MOMENT), Unavailable)


def test_a_server_that_dies_with_the_message_leaves_the_outcome_unknown() -> None:
    mailbox = Mailbox(dies_after_data=True)
    with serving(mailbox) as port:
        assert isinstance(failure(f"smtp://localhost:{port}"), OutcomeUnknown)


@pytest.fixture
def tires_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the message is out, its confirmation is waited for a moment only."""
    send = smtplib.SMTP.send

    def sending(client: smtplib.SMTP, content: bytes | str) -> None:
        send(client, content)
        if isinstance(content, bytes) and content.endswith(b"\r\n.\r\n"):
            assert client.sock is not None
            client.sock.settimeout(A_MOMENT)

    monkeypatch.setattr(smtplib.SMTP, "send", sending)


@pytest.mark.usefixtures("tires_of_waiting")
def test_a_server_that_never_confirms_the_message_leaves_the_outcome_unknown() -> None:
    answers = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")
    with scripted(*answers) as port:
        assert isinstance(failure(f"smtp://localhost:{port}"), OutcomeUnknown)


def test_a_message_that_was_taken_is_sent_however_the_connection_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "_GOODBYE_SECONDS", A_MOMENT)
    answers = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")
    with scripted(*answers, b"250 taken\r\n") as port:
        mailer(f"smtp://localhost:{port}").send(notification())


def test_a_check_signs_in_and_sends_nothing() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailer(f"smtp://localhost:{port}").check()
    assert mailbox.messages == []


def test_a_check_tells_that_nobody_listens() -> None:
    with nobody() as port, pytest.raises(Unavailable):
        mailer(f"smtp://localhost:{port}").check()
