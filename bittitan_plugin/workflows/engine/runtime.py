"""What workflows of this process use from outside, and how they are brought to a stop.

The engine finds workflow functions by name, so they cannot be handed their ports as arguments:
arguments are stored, ports are not. The composition root binds them once before launch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Condition, Event

from bittitan_plugin.base.clock import system_clock
from bittitan_plugin.services.ports import Ports


class Left(BaseException):
    """The workflow is left as it is, to be done anew by this process or another.

    Not an ``Exception``, so that neither a service nor the engine takes it for a failure.
    """


class Stopping(Left):
    """This process stops: another worker goes on with what it leaves."""


class Runtime:
    """The ports of this process's workflows, and which of them are at work.

    ``pace`` is a factor on every wait: 1 in production, less in tests.
    """

    def __init__(self, ports: Ports, *, pace: float = 1.0) -> None:
        self.ports = ports
        self.pace = pace
        self._stopping = Event()
        self._changed = Condition()
        self._at_work: set[str] = set()

    def now(self) -> datetime:
        """The time by which attempts wait."""
        return system_clock()

    @contextmanager
    def working_on(self, workflow_id: str) -> Iterator[None]:
        """Counts as at work inside. Raises ``Stopping`` once the process stops."""
        self.check_stopping()
        with self._changed:
            self._at_work.add(workflow_id)
        try:
            yield
        finally:
            with self._changed:
                self._at_work.discard(workflow_id)
                self._changed.notify_all()

    def at_work(self) -> frozenset[str]:
        """Ids of the workflows that this process works on."""
        with self._changed:
            return frozenset(self._at_work)

    def check_stopping(self) -> None:
        """Raise ``Stopping`` if the process stops: between two steps, and now and then in a long
        one."""
        if self._stopping.is_set():
            raise Stopping

    def drain(self, grace: float) -> bool:
        """Begin no step any more, and give those at work ``grace`` seconds. True when all ended."""
        self._stopping.set()
        with self._changed:
            return self._changed.wait_for(lambda: not self._at_work, timeout=grace)


_bound: list[Runtime] = []


def bind(runtime: Runtime) -> None:
    """Give this process's workflows what they use, replacing what was bound earlier."""
    _bound[:] = [runtime]


def current() -> Runtime:
    """What is bound. Raises ``RuntimeError`` when a workflow runs before ``bind``."""
    if not _bound:
        raise RuntimeError("workflows have nothing bound yet; call runtime.bind first")
    return _bound[0]
