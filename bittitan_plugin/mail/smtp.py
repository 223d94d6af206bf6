"""Hands mail to an SMTP server, and sorts failures by what the caller may do."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bittitan_plugin.base.smtp_server import SmtpServer
from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.mail.filters import one_line
from bittitan_plugin.mail.rendering import Renderer
from bittitan_plugin.mail.wording import COUPON_CODE
from bittitan_plugin.ports.mail import Notification

#: The longest wait for one answer of a mail server, in seconds.
TIMEOUT_SECONDS = 30.0
#: The longest wait for the answer to QUIT, in seconds: nothing depends on it any more.
_GOODBYE_SECONDS = 2.0
#: The most that an error quotes of a server's message, in characters.
_QUOTED_CHARACTERS = 200


class SmtpMailer:
    """Hands each notification to a mail server, over a connection of its own.

    ``timeout`` is in seconds and applies to each answer, not to the whole session.
    """

    def __init__(
        self, server: SmtpServer, renderer: Renderer, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._server = server
        self._renderer = renderer
        self._timeout = timeout

    def send(self, notification: Notification) -> None:
        """Hand the notification over; it counts as sent once the server has accepted the message.

        Raises ``Unavailable`` when it certainly was not accepted (no connection, time-out, 4xx),
        ``Rejected`` when trying again is useless (5xx, no STARTTLS, an address or template that
        cannot be used), and ``OutcomeUnknown`` when the connection broke while the message itself
        was handed over. Mail cannot be looked up, so after the last one the caller must decide;
        the plugin promises one e-mail, so nothing repeats it automatically.
        """
        message = self._renderer.render(notification)
        sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        code = str(notification.values.get(COUPON_CODE) or "")
        with self._session(code) as smtp:
            _demand(smtp.mail(sender))
            _demand(smtp.rcpt(to))
            self._deliver(smtp, message.as_bytes())

    def check(self) -> None:
        """Connect and sign in without sending anything. Raises what ``send`` raises."""
        with self._session() as smtp:
            _demand(smtp.noop())

    def _deliver(self, smtp: smtplib.SMTP, content: bytes) -> None:
        try:
            _demand(smtp.data(content))
        except smtplib.SMTPResponseException:
            raise
        except OSError:
            raise OutcomeUnknown(
                f"The mail server {self._server} fell silent while it was given a message; "
                "it may or may not be delivered."
            ) from None

    @contextmanager
    def _session(self, *secrets: str) -> Iterator[smtplib.SMTP]:
        """A signed-in connection; its failures are raised as our own kinds of error."""
        smtp = None
        try:
            smtp = self._connected()
            self._sign_in(smtp)
            yield smtp
        except OSError as error:  # smtplib's errors are OSErrors too
            secrets = (*secrets, self._server.password or "")
            raise _translated(error, str(self._server), secrets) from None
        finally:
            if smtp is not None:
                _leave(smtp)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.implicit_tls:
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout, context=server.tls
            )
        return smtplib.SMTP(server.host, server.port, timeout=self._timeout)

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.starttls:
            smtp.starttls(context=self._server.tls)
            smtp.ehlo()
        if self._server.user is not None and self._server.password is not None:
            smtp.login(self._server.user, self._server.password)


def _leave(smtp: smtplib.SMTP) -> None:
    """Hang up. By now the message was accepted or not: failures here change nothing."""
    with suppress(OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(min(smtp.timeout, _GOODBYE_SECONDS))
        smtp.quit()
    smtp.close()


def _demand(answer: tuple[int, bytes]) -> None:
    """Accept a 2xx answer and raise on anything else."""
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)


def _translated(error: OSError, server: str, secrets: tuple[str, ...]) -> BitTitanError:
    if isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
        message = f"The mail server {server} answered {code} {_quoted(words, secrets)}".rstrip()
        # Only 5xx is final; after any other answer, even nonsense, it may be tried again.
        return Rejected(f"SMTP_{code}", message) if code >= 500 else Unavailable(message)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Unavailable(f"The mail server {server} broke the connection or fell silent.")
    if isinstance(error, smtplib.SMTPException):
        return Rejected("SMTP", f"The mail server {server} cannot be used: {error}")
    return Unavailable(f"The mail server {server} cannot be reached: {error}.")


def _quoted(words: bytes | str, secrets: tuple[str, ...]) -> str:
    """A server's message, shortened, on one line, and without secrets that it echoed."""
    text = one_line(words.decode("utf-8", "replace") if isinstance(words, bytes) else words)
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text[:_QUOTED_CHARACTERS]
