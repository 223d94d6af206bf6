"""How much mail somebody without staff rights can make us send. The limits are our choice.

The addresses are theirs to choose and the mail is sent in the distributor's name: without a limit
it would fill the mailboxes of strangers, some of it with coupon codes. Staff send as they see fit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.waits import left

#: How long a mail that was sent is counted.
WINDOW = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class MailLimit:
    """At most so many mails of one kind within ``WINDOW``."""

    #: What they are counted as, beside the id of what they are about.
    name: str
    most: int
    #: How a refusal begins: "… at most 3 times within 24 hours".
    sentence: str
    #: The input at fault.
    field: str = "id"

    def check(self, sent: Iterable[datetime], now: datetime) -> None:
        """Raise ``Refusal`` LIMIT_REACHED where the mails in ``sent`` leave no room for another.

        The message names when there is room. Moments that a clock which was stepped back has left
        in the future do not count.
        """
        counted = sorted(at for at in sent if left(at + WINDOW, now, WINDOW))
        if len(counted) < self.most:
            return
        # Rounded up to the next minute, so that whoever comes then is not turned away again.
        again = counted[-self.most] + WINDOW + timedelta(minutes=1)
        raise Refusal(
            ErrorCode.LIMIT_REACHED,
            f"{self.sentence} at most {self.most} times within 24 hours; it is possible again from "
            f"{again:%Y-%m-%d %H:%M} (UTC) on. Our staff can do it sooner.",
            field=self.field,
        )


#: Of one asset: the e-mail with its coupon code, once more.
CODE_AGAIN = MailLimit(
    name="code-again", most=3, sentence="The e-mail with this coupon code is sent again"
)
#: Of one asset: requests to cancel it; each sends an e-mail to staff and to whoever asked.
CANCELLATION_REQUESTS = MailLimit(
    name="cancellation-request",
    most=3,
    sentence="The cancellation of the same licences can be asked for",
)
#: To one end customer.
INVITATIONS = MailLimit(name="invitation", most=3, sentence="An end customer is invited")
#: Of one reseller, to all of its end customers: it names as many as it likes.
INVITATIONS_OF_RESELLER = MailLimit(
    name="invitation-by", most=50, sentence="A reseller invites end customers"
)
#: To one user: a link to choose another password, asked for by whoever typed the address.
PASSWORD_LINKS = MailLimit(
    name="password-link", most=5, sentence="A link to choose another password is sent"
)
