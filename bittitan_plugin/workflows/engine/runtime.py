"""What workflows of this process use from outside, and how they are brought to a stop.

The engine finds workflow functions by name, so they cannot be handed their ports as arguments:
arguments are stored, ports are not. The composition root binds them once before launch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event
from uuid import UUID

from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.workflows.engine.places import Places
from bittitan_plugin.workflows.engine.suspending import Stopping

#: For whom the workflow of this thread works: an installation's id.
_whose: ContextVar[str] = ContextVar("whose", default="")
#: Whether the workflow of this thread has a place at which its steps work.
_has_slot: ContextVar[bool] = ContextVar("has_slot", default=False)


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


class Runtime:
    """The ports of this process's workflows, and how many steps may work at once.

    ``pace`` is a factor on every wait: 1 in production, less in tests.
    """

    def __init__(self, ports: Ports, *, concurrency: int, pace: float) -> None:
        self.ports = ports
        self.pace = pace
        self._places = Places(concurrency)
        self._stopping = Event()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Held while a step works, not while a workflow waits: a wait must not keep others out.

        Who holds one and asks again keeps it, so that steps which follow each other at once wait
        in line once. Raises ``Stopping`` instead of beginning a step once the process stops.
        """
        if _has_slot.get():
            if self._stopping.is_set():
                raise Stopping
            yield
            return
        with self._places.taken(_whose.get()):
            token = _has_slot.set(True)
            try:
                yield
            finally:
                _has_slot.reset(token)

    def wait(self, seconds: float) -> None:
        """Wait that long. Raises ``Stopping`` as soon as the process stops."""
        if self._stopping.wait(seconds):
            raise Stopping

    def drain(self, grace: float) -> bool:
        """Begin no step any more, and give those at work ``grace`` seconds. True when all ended."""
        self._stopping.set()
        self._places.close()
        return self._places.wait_until_left(grace)


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


def tenant(installation_id: UUID) -> Tenant:
    """The installation with the bound ports."""
    return Tenant(current().ports, installation_id)
