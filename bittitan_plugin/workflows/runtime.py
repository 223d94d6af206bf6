"""What workflows of this process use from outside.

The engine finds workflow functions by name, so they cannot be handed their ports as arguments:
arguments are stored, ports are not. The composition root binds them once before launch.
"""

from dataclasses import dataclass
from threading import Semaphore

from bittitan_plugin.services.ports import Ports


@dataclass(frozen=True)
class Runtime:
    """The ports, how many steps may run at once, and a factor on every wait (1 in production)."""

    ports: Ports
    slots: Semaphore
    pace: float


_bound: list[Runtime] = []


def bind(ports: Ports, *, concurrency: int, pace: float) -> None:
    """Give this process's workflows what they use, replacing what was bound earlier."""
    _bound[:] = [Runtime(ports, Semaphore(concurrency), pace)]


def ports() -> Ports:
    """The bound ports."""
    return _runtime().ports


def slots() -> Semaphore:
    """Held while a step works, but not while a workflow waits: a wait must not keep others out."""
    return _runtime().slots


def pace() -> float:
    """The factor on waits."""
    return _runtime().pace


def _runtime() -> Runtime:
    if not _bound:
        raise RuntimeError("workflows have nothing bound yet; call runtime.bind first")
    return _bound[0]
