"""The places at which steps work. Who finds none waits in line, and is woken alone when it is its
turn: were all who wait woken by each step that ends, a backlog would spend most of its time on it.
"""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event

from bittitan_plugin.workflows.engine.suspending import Stopping


def fair_share(places: int) -> int:
    """How many of ``places`` one installation may take: three quarters, and at least one.

    So one whose vendor or platform hangs leaves room for the others.
    """
    return max(1, places * 3 // 4)


class Places:
    """So many places, of which each installation may take its fair share. Thread-safe."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._share = fair_share(number)
        self._taken: Counter[str] = Counter()
        #: Those who wait, by installation; the one that was served last comes last.
        self._lines: dict[str, deque[Event]] = {}
        self._closed = False
        self._changed = Condition()

    @contextmanager
    def taken(self, whose: str) -> Iterator[None]:
        """Held while a place is taken. Raises ``Stopping`` where ``close`` came first."""
        turn = self._ask(whose)
        if turn is not None:
            turn.wait()
            self._check_turn(whose, turn)
        try:
            yield
        finally:
            self._leave(whose)

    def close(self) -> None:
        """Give no place any more; who waits for one is let go."""
        with self._changed:
            self._closed = True
            for line in self._lines.values():
                for turn in line:
                    turn.set()

    def wait_until_left(self, seconds: float) -> bool:
        """Wait until nobody has a place. False when that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._taken, timeout=seconds)

    def _ask(self, whose: str) -> Event | None:
        """Take a place, or stand in line: the event is set when it is one's turn."""
        with self._changed:
            if self._closed:
                raise Stopping
            if self._has_room(whose):
                self._taken[whose] += 1
                return None
            turn = Event()
            self._lines.setdefault(whose, deque()).append(turn)
            return turn

    def _check_turn(self, whose: str, turn: Event) -> None:
        """Woken: the place was given, or everything was closed, or one right after the other."""
        if not self._closed:
            return
        with self._changed:
            still_waits = turn in self._lines.get(whose, ())
        if not still_waits:
            self._leave(whose)
        raise Stopping

    def _leave(self, whose: str) -> None:
        with self._changed:
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]
            if not self._closed:
                self._serve()
            if not self._taken:
                self._changed.notify_all()

    def _serve(self) -> None:
        """One place is free, so one who waits and may take it does."""
        whose = next(filter(self._has_room, self._lines), None)
        if whose is None:
            return
        self._taken[whose] += 1
        line = self._lines.pop(whose)
        line.popleft().set()
        if line:
            self._lines[whose] = line

    def _has_room(self, whose: str) -> bool:
        return self._taken.total() < self._number and self._taken[whose] < self._share
