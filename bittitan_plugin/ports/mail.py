"""What the plugin asks of e-mail: render one of its notifications and hand it over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One e-mail to send: which template, to whom, with which values."""

    #: Name of the template pair, e.g. ``welcome`` for ``welcome.txt`` and ``welcome.html``.
    template: str
    to: str
    sender: str
    #: Never part of a repr: among them may be a coupon code.
    values: Mapping[str, object] = field(repr=False)
    #: The same however often it is sent; becomes the Message-ID, so a mail reader shows one.
    key: str


class Mailer(Protocol):
    """Sends notifications."""

    def send(self, notification: Notification) -> None:
        """Hand the e-mail over.

        Raises ``Unavailable`` when it can be tried again, ``Rejected`` when that is pointless and
        ``OutcomeUnknown`` when the connection broke while it was handed over: it may have arrived,
        and sending it again under the same key is recognised by mail readers as the same message.
        """

    def check(self) -> None:
        """Whether mail could be handed over now, without sending any; raises as ``send`` does."""
