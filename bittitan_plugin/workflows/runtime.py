"""What workflows of this process use from outside.

The engine finds workflow functions by name, so they cannot be handed their ports as arguments:
arguments are stored, ports are not. The composition root binds them once before launch.
"""

from dataclasses import dataclass

from bittitan_plugin.services.ports import Ports


@dataclass(frozen=True)
class Runtime:
    """The ports, and a factor on every wait between attempts (1 in production)."""

    ports: Ports
    pace: float


_bound: list[Runtime] = []


def bind(ports: Ports, pace: float) -> None:
    """Give this process's workflows what they use, replacing what was bound earlier."""
    _bound[:] = [Runtime(ports, pace)]


def ports() -> Ports:
    """The bound ports."""
    return _runtime().ports


def pace() -> float:
    """The factor on waits."""
    return _runtime().pace


def _runtime() -> Runtime:
    if not _bound:
        raise RuntimeError("workflows have nothing bound yet; call runtime.bind first")
    return _bound[0]
