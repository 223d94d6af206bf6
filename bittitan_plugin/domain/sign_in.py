"""How long somebody who keeps guessing passwords must wait. The limits are our choice.

Failures are counted where they come from: per network, and per account within a network; or for a
browser on which the account has signed in before. Nothing is counted for an account alone, because
whoever knows an e-mail address could then keep its owner out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.waits import left

#: After so long without a failure everything is forgotten.
FORGOTTEN_AFTER = timedelta(hours=1)


class SignInDelayed(Exception):
    """Too many wrong passwords: ask again in ``seconds``. Nothing was compared."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"sign-in is delayed for {seconds} s")
        self.seconds = seconds

    @property
    def message(self) -> str:
        """The message for people."""
        return f"There were too many wrong passwords. Try again in {self.seconds} seconds."


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """So many failures are free; each further one doubles the wait, from one second on."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long the next attempt waits after so many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        # Bounded before the power is taken: an attacker chooses the count.
        return min(timedelta(seconds=2 ** min(failures - self.free, 20)), self.longest)


#: For one account, from one network or one browser that it is known on.
PER_ACCOUNT = Throttle(free=5, longest=timedelta(minutes=1))
#: From one network, whichever accounts are tried.
PER_NETWORK = Throttle(free=20, longest=timedelta(minutes=15))


def account_mark(email: str) -> str:
    """A digest for an account, used where nobody may read its address.

    What people typed may be anything, of any length.
    """
    return sha256(normalized(email).encode(errors="replace")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Failures:
    """The failures in a row in one place."""

    count: int = 0
    last_at: datetime | None = None

    def remembered(self, now: datetime) -> "Failures":
        """These, or none when the last one is long ago."""
        if self.last_at is None or now - self.last_at >= FORGOTTEN_AFTER:
            return Failures()
        return self

    def left(self, throttle: Throttle, now: datetime) -> timedelta:
        """How long an attempt has to wait now."""
        if self.last_at is None:
            return timedelta(0)
        return left(self.last_at + throttle.wait(self.count), now, throttle.longest)

    def one_more(self, now: datetime) -> "Failures":
        """After another one."""
        return Failures(count=self.count + 1, last_at=now)
