"""Links with which a person chooses a password, or becomes the first administrator. Our rule.

Whoever opens a link acts as the person it was made for, so it works once, for a short time, for the
address it was made for, and not after a newer one was made.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.waits import left


class LinkPurpose(StrEnum):
    """What a link is for."""

    #: The first administrator of an instance without staff; in development only.
    FIRST_RUN = "FIRST_RUN"
    #: A first password, by an invitation of staff.
    INVITATION = "INVITATION"
    #: Another password in the place of one that was forgotten.
    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a purpose


#: How long a link of each purpose works.
LIFETIMES = {
    LinkPurpose.FIRST_RUN: timedelta(days=1),
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD: timedelta(hours=1),
}
_ANOTHER = "ask for another one by 'Forgotten your password?' on the page for signing in"
#: How long after one link the same person can ask for the next, so that we fill nobody's mailbox.
PAUSE = timedelta(minutes=5)


def new_token() -> str:
    """What a link contains: 256 random bits. Only its ``digest`` is stored."""
    return token_urlsafe(32)


def digest(token: str) -> str:
    """What a token is stored and found by; it does not lead back to the token."""
    return sha256(token.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class OneTimeLink:
    """The newest link of one person; a newer one takes its place."""

    purpose: LinkPurpose
    #: The address it was made for; empty for the first run.
    email: str
    made_at: datetime
    #: The instant from which it no longer works.
    expires_at: datetime
    used_at: datetime | None = None

    @classmethod
    def new(cls, purpose: LinkPurpose, email: str, now: datetime) -> "OneTimeLink":
        """One that works from now on, for as long as its purpose allows."""
        expires_at = now + LIFETIMES[purpose]
        return cls(purpose=purpose, email=email, made_at=now, expires_at=expires_at)

    def check(self, email: str, now: datetime) -> None:
        """Raise ``Refusal`` INVALID unless it can be followed now.

        ``email`` is the person's address as it is now: a link to an earlier one proves nothing.
        """
        if self.used_at is not None:
            raise _refused("This link has been used already. Sign in")
        if not left(self.expires_at, now, LIFETIMES[self.purpose]):
            raise _refused("This link is too old and no longer works. Sign in")
        if self.email != email:
            raise _refused("The account has another address by now. Open a newer link")

    def used(self, email: str, now: datetime) -> "OneTimeLink":
        """It was followed to the end. Raises what ``check`` raises."""
        self.check(email, now)
        return replace(self, used_at=now)

    def is_recent(self, now: datetime) -> bool:
        """Whether it is too soon for the same person to ask for another; not once it was used."""
        return self.used_at is None and bool(left(self.made_at + PAUSE, now, PAUSE))


def unknown_link() -> Refusal:
    """The refusal of a link that is not ours, or that a newer one has replaced."""
    return Refusal(
        ErrorCode.NOT_FOUND,
        "This link is not complete, or a newer one was made since. Open the newest one, all of it, "
        f"or {_ANOTHER}.",
    )


def _refused(reason: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, f"{reason}, or {_ANOTHER}.")
