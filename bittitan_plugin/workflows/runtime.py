"""What workflows of this process use from outside, and how they are brought to a stop.

The engine finds workflow functions by name, so they cannot be handed their ports as arguments:
arguments are stored, ports are not. The composition root binds them once before launch.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Condition
from time import monotonic
from uuid import UUID

from bittitan_plugin.services.ports import Ports


class Left(BaseException):
    """The workflow is left as it stands, and goes on later, here or in another process.

    Not an ``Exception``, so that nothing takes it for a failure of the step and records it.
    """


class Stopping(Left):
    """This process stops: another worker goes on with what it leaves."""


#: For whom the workflow of this thread works: an installation's id.
_whose: ContextVar[str] = ContextVar("whose", default="")


@contextmanager
def working_for(installation_id: str) -> Iterator[None]:
    """Steps inside are counted as that installation's."""
    token = _whose.set(installation_id)
    try:
        yield
    finally:
        _whose.reset(token)


def whose() -> UUID:
    """The installation for which the workflow of this thread works."""
    return UUID(_whose.get())


def fair_share(places: int) -> int:
    """How many of ``places`` one installation may take: three quarters, and at least one.

    So one whose vendor or platform hangs leaves room for the others.
    """
    return max(1, places * 3 // 4)


class Runtime:
    """The ports of this process's workflows, and how many steps may work at once.

    ``pace`` is a factor on every wait: 1 in production, less in tests.
    """

    def __init__(self, ports: Ports, *, concurrency: int, pace: float) -> None:
        self.ports = ports
        self.pace = pace
        self._places = concurrency
        self._share = fair_share(concurrency)
        self._working: Counter[str] = Counter()
        self._stopping = False
        self._changed = Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Held while a step works, not while a workflow waits: a wait must not keep others out.

        Raises ``Stopping`` instead of beginning a step once the process stops.
        """
        whose = _whose.get()
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._has_room(whose))
            if self._stopping:
                raise Stopping
            self._working[whose] += 1
        try:
            yield
        finally:
            with self._changed:
                self._working[whose] -= 1
                if not self._working[whose]:
                    del self._working[whose]
                self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait that long. Raises ``Stopping`` as soon as the process stops."""
        end = monotonic() + seconds
        with self._changed:
            while not self._stopping and (left := end - monotonic()) > 0:
                self._changed.wait(left)
            if self._stopping:
                raise Stopping

    def drain(self, grace: float) -> bool:
        """Begin no step any more, and give those at work ``grace`` seconds. True when all ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._working, timeout=grace)

    def _has_room(self, whose: str) -> bool:
        return self._working.total() < self._places and self._working[whose] < self._share


_bound: list[Runtime] = []


def bind(ports: Ports, *, concurrency: int, pace: float) -> Runtime:
    """Give this process's workflows what they use, replacing what was bound earlier."""
    _bound[:] = [Runtime(ports, concurrency=concurrency, pace=pace)]
    return _bound[0]


def current() -> Runtime:
    """What is bound. Raises ``RuntimeError`` when a workflow runs before ``bind``."""
    if not _bound:
        raise RuntimeError("workflows have nothing bound yet; call runtime.bind first")
    return _bound[0]


def ports() -> Ports:
    """The bound ports."""
    return current().ports
