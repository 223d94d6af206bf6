"""How long to wait until a stored moment, even if the clock was stepped back since. Our rule.

Every stored moment that something waits for is read through here: a pause, a lease, a heartbeat,
a session. A clock that is stepped back would otherwise make each of them as long as its step.
"""

from datetime import datetime, timedelta

#: By how much the clocks of two machines may differ.
LEEWAY = timedelta(minutes=1)


def left(until: datetime, now: datetime, longest: timedelta) -> timedelta:
    """What is left of a wait that never takes more than ``longest``; zero when it is over.

    A moment farther ahead than any such wait shows that the clock was stepped back since: waiting
    for it would take until the clock is there again, so the wait is over.
    """
    ahead = until - now
    return timedelta(0) if ahead > longest + LEEWAY else max(min(ahead, longest), timedelta(0))
