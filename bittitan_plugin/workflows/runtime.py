"""What workflows of this process use from outside, and how they are brought to a stop.

The engine finds workflow functions by name, so they cannot be handed their ports as arguments:
arguments are stored, ports are not. The composition root binds them once before launch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic

from bittitan_plugin.services.ports import Ports


class Stopping(BaseException):
    """This process stops: the workflow is left as it stands, and another worker goes on with it.

    Not an ``Exception``, so that nothing takes it for a failure of the step and records it.
    """


class Runtime:
    """The ports of this process's workflows, and how many steps may work at once.

    ``pace`` is a factor on every wait: 1 in production, less in tests.
    """

    def __init__(self, ports: Ports, *, concurrency: int, pace: float) -> None:
        self.ports = ports
        self.pace = pace
        self._free = concurrency
        self._working = 0
        self._stopping = False
        self._changed = Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Held while a step works, not while a workflow waits: a wait must not keep others out.

        Raises ``Stopping`` instead of beginning a step once the process stops.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._stopping)
            if self._stopping:
                raise Stopping
            self._free, self._working = self._free - 1, self._working + 1
        try:
            yield
        finally:
            with self._changed:
                self._free, self._working = self._free + 1, self._working - 1
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
