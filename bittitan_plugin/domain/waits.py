"""How long a wait still takes until a moment that was stored, whatever the clock did since. Ours.

Every stored moment until which something waits is read through here: a pause, a turn, a heartbeat,
a session. A clock that is stepped back would otherwise make each of them as long as its step.
"""

from datetime import datetime, timedelta

#: By how much the clocks of two machines may differ.
LEEWAY = timedelta(minutes=1)


def left(until: datetime, now: datetime, longest: timedelta) -> timedelta:
    """What is left of a wait that never takes more than ``longest``; zero when it is over.

    A moment farther ahead than any such wait tells of a clock that was stepped back since: to wait
    for it would be to wait until the clock is there again, so the wait is over.
    """
    ahead = until - now
    return timedelta(0) if ahead > longest + LEEWAY else max(min(ahead, longest), timedelta(0))
