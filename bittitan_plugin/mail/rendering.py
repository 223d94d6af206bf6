"""Makes a notification's e-mail message, with safe headers and the same text in two formats."""

from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.charset import QP, Charset
from email.headerregistry import Address
from email.message import EmailMessage, Message
from hashlib import sha256
from pathlib import Path
from typing import Any

from bittitan_plugin.domain.addresses import is_address, normalized
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.mail.filters import one_line
from bittitan_plugin.mail.wording import Phrasebook
from bittitan_plugin.ports.mail import Notification

#: Seven-bit text, so that servers without 8BITMIME and long lines do no harm.
_QUOTED_PRINTABLE = Charset("utf-8")
_QUOTED_PRINTABLE.body_encoding = QP
#: A subject of up to two lines stays on one: folded, it would begin with a blank.
_POLICY = policy.SMTP.clone(max_line_length=200)
# Fixed headers are parsed once: parsing costs more than the rest of a message.
_header = policy.SMTP.header_factory
_PLAIN = _header("Content-Type", 'text/plain; charset="utf-8"')
_HTML = _header("Content-Type", 'text/html; charset="utf-8"')
_TRANSFER = _header("Content-Transfer-Encoding", "quoted-printable")
_MIME = _header("MIME-Version", "1.0")
#: RFC 3834: stops automatic replies, such as out-of-office messages.
_FROM_A_MACHINE = _header("Auto-Submitted", "auto-generated")
#: Gives the present moment, with its time zone.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def identity(notification: Notification) -> str:
    """32 hexadecimal digits, the same each time this notification is sent."""
    return sha256(notification.key.encode()).hexdigest()[:32]


class Renderer:
    """Renders notifications; ``overrides`` is a directory of templates to use before ours."""

    def __init__(self, overrides: Path | None = None, *, clock: Clock = utc_now) -> None:
        self._phrasebook = Phrasebook(overrides)
        self._clock = clock

    def render(self, notification: Notification) -> EmailMessage:
        """The message, ready to be sent; for one clock reading always the same bytes.

        Raises ``Rejected`` with ``ADDRESS`` when an address is not exactly one address, or
        ``TEMPLATE`` when the notification cannot be worded.
        """
        message = EmailMessage(policy=_POLICY)
        sender = _address(notification.sender, "sender", notification.branding.sender_name)
        message["From"] = sender
        message["To"] = _address(notification.to, "to")
        wording = self._phrasebook.word(notification.template, notification.values)
        message["Subject"] = _literal(wording.subject)
        message["Date"] = self._clock()
        message["Message-ID"] = f"<{identity(notification)}@{sender.domain}>"
        message["Auto-Submitted"] = _FROM_A_MACHINE
        message["MIME-Version"] = _MIME
        boundary = f"=_{identity(notification)}"
        message["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
        message.set_payload([_body(wording.text, _PLAIN), _body(wording.html, _HTML)])
        return message


def _body(text: str, content_type: Any) -> Message:
    """One of the alternative bodies."""
    body = Message()
    body["Content-Type"] = content_type
    body["MIME-Version"] = _MIME
    body["Content-Transfer-Encoding"] = _TRANSFER
    body.set_payload(_QUOTED_PRINTABLE.body_encode(text))
    return body


def _literal(text: str) -> str:
    """The text for a header, where ``=?`` begins an encoded word (RFC 2047).

    The library decodes those, line breaks and all, so a name could bring headers of its own.
    """
    return text.replace("=?", "= ?")


def _address(text: str, name: str, shown: str = "") -> Address:
    """One bare address, shown under a name of ours. Line breaks, lists and names in it are refused.

    A domain in another script is sent in its ASCII form, which every server understands.
    """
    if not is_address(text):
        raise Rejected(
            "ADDRESS",
            f"{quoted(text)} is not one e-mail address that can be written to.",
            field=name,
        )
    return Address(display_name=_literal(one_line(shown)), addr_spec=normalized(text))
