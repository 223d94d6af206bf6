"""Invitations: how an end customer proves the address that its reseller entered. Our rule.

An address that somebody typed into an order proves nothing about who signs in with it. Whoever
follows the link of an invitation reads that mailbox, and from then on sees what was bought for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.waits import left

#: How long a link can be followed.
LIFETIME = timedelta(days=7)
#: How long after one invitation the next can be sent, so that we fill nobody's mailbox.
PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """The newest invitation of an end customer; a newer one takes its place."""

    id: UUID
    account_id: UUID
    #: Where it was sent: following its link proves this address. Normalized.
    email: str
    expires_at: datetime
    #: When the mail was handed over; None while that is not known to have happened.
    sent_at: datetime | None = None
    used_at: datetime | None = None

    def sent(self, now: datetime) -> "Invitation":
        """The mail has been handed over."""
        return replace(self, sent_at=now)

    def used(self, account: Account, now: datetime) -> "Invitation":
        """Its link has been followed to the end. Raises what ``check`` raises."""
        self.check(account, now)
        return replace(self, used_at=now)

    def check(self, account: Account, now: datetime) -> None:
        """Raise ``Refusal`` INVALID unless its link can be followed now.

        ``account`` is the end customer as it is now: proof of another address does not count.
        """
        if self.used_at is not None:
            raise _refused(
                "This link has been used already. "
                f"Sign in as {self.email} with the password that was chosen then."
            )
        if self.expires_at <= now:
            raise _refused(
                f"This link was good for {LIFETIME.days} days and no longer works. "
                "Ask whoever sold you the licences for another one."
            )
        if self.email != account.email:
            raise _refused(
                "The licences are for another e-mail address by now. "
                "Ask whoever sold you the licences for a link to that one."
            )

    def check_pause(self, now: datetime) -> None:
        """Raise ``Refusal`` INVALID while another invitation would be too soon."""
        if self.sent_at is not None and left(self.sent_at + PAUSE, now, PAUSE):
            minutes = int(PAUSE.total_seconds() // 60)
            raise _refused(
                f"An invitation was sent to {self.email} less than {minutes} minutes ago. "
                "Wait until it arrives before you send another one."
            )


def check_invitable(account: Account) -> None:
    """Raise ``Refusal`` INVALID unless that account is an end customer of a reseller."""
    if account.reseller_id is None:
        raise _refused(
            "Only end customers of a reseller are invited; "
            "a customer signs in with its account of the platform."
        )


def _refused(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, message)
