"""The engine's own log lines: of many that say the same, one every half minute, and its first line.

While the database is away each of its threads complains several times a second, each time with the
whole statement.
"""

import logging
from time import monotonic

#: Seconds in which one place in the engine's code is heard once.
SILENCE_S = 30.0


class Calm(logging.Filter):
    """Lets one record through per place and ``SILENCE_S``, and says how many it kept back."""

    def __init__(self) -> None:
        super().__init__()
        self._heard: dict[tuple[str, int], float] = {}
        self._kept_back: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """See ``logging.Filter``. Shortens what passes to its first line."""
        place, now = (record.module, record.lineno), monotonic()
        if now - self._heard.get(place, -SILENCE_S) < SILENCE_S:
            self._kept_back[place] = self._kept_back.get(place, 0) + 1
            return False
        self._heard[place] = now
        kept_back = self._kept_back.pop(place, 0)
        text = record.getMessage().partition("\n")[0]
        record.msg = f"{text} (and {kept_back} times before)" if kept_back else text
        record.args = ()
        return True


def calm_engine_log() -> None:
    """Do so from now on in this process. Doing it again changes nothing."""
    log = logging.getLogger("dbos")
    if not any(isinstance(known, Calm) for known in log.filters):
        log.addFilter(Calm())
