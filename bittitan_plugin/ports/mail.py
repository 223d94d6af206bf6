"""The port for e-mail: render one notification and hand it over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bittitan_plugin.domain.branding import NO_BRANDING, Branding
from bittitan_plugin.domain.emails import Email


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One e-mail to send: what it says, to whom."""

    #: Never part of a repr: it may contain a coupon code.
    email: Email = field(repr=False)
    to: str
    sender: str
    #: Whose e-mail it is: the sender's name, and where questions are welcome.
    branding: Branding = NO_BRANDING
    #: The same however often it is sent; becomes the Message-ID, so a mail reader shows one.
    key: str

    @property
    def template(self) -> str:
        """Name of the template pair, e.g. ``welcome`` for ``welcome.txt`` and ``welcome.html``."""
        return self.email.template

    @property
    def values(self) -> Mapping[str, object]:
        """What the templates are given."""
        return {
            **self.email.values(),
            "sender": self.sender,
            "support_address": self.branding.support_address or self.sender,
            "brand_name": self.branding.name,
        }


class Mailer(Protocol):
    """Sends notifications."""

    def send(self, notification: Notification) -> None:
        """Hand the e-mail over.

        Raises ``Unavailable`` when it can be tried again, ``Rejected`` when that is pointless and
        ``OutcomeUnknown`` when the connection broke while it was handed over: it may have arrived,
        and sending it again under the same key is recognised by mail readers as the same message.
        """

    def check(self) -> None:
        """Check that mail can be handed over, without sending any; raises what ``send`` raises."""
