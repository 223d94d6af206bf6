"""How much is asked of a vendor at a time, and when it is left alone.

Limits are per address and hold over all workers: each takes its part, by how many there are. Who
fails and who asked for a pause is known to all of them through ``CircuitBoard``.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol, TypeVar

import structlog

from bittitan_plugin.domain.circuit import Circuit, Closure

#: Seconds for which what the board said is believed.
BELIEVED_FOR = 1.0

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class CircuitBoard(Protocol):
    """Where the processes tell each other about addresses. See ``store/circuits.py``."""

    def all(self) -> dict[str, Circuit]:
        """The circuits there are, by address."""

    def replace(self, old: Circuit | None, new: Circuit) -> bool:
        """Put ``new`` in the place of ``old``. False when another process was quicker."""

    def close(self, circuit: Circuit) -> bool:
        """The address may be called again. False when another process said so first."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one address may be asked by all workers together."""

    #: Calls under way at once.
    in_flight: int = 32
    #: Calls begun per second; 0 for no limit.
    per_second: float = 0.0

    def share(self, workers: int) -> "Limits":
        """The part of one of so many workers, never less than one call."""
        return Limits(
            in_flight=max(self.in_flight // workers, 1), per_second=self.per_second / workers
        )


class Traffic:
    """What this process may ask, and what it knows of the addresses. Thread-safe."""

    def __init__(
        self,
        board: CircuitBoard,
        limits: Limits,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.limits = limits
        self._all = limits
        self._board = board
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, Circuit] = {}
        self._read_at = -BELIEVED_FOR

    def share_among(self, workers: int) -> None:
        """From now on this process is one of so many."""
        self.limits = self._all.share(max(workers, 1))

    def circuit(self, address: str) -> Circuit | None:
        """What is known of the address; read again when it is older than ``BELIEVED_FOR``."""
        with self._lock:
            if monotonic() - self._read_at < BELIEVED_FOR:
                return self._known.get(address)
            self._read_at = monotonic()
        return self._read().get(address)

    def put(self, old: Circuit | None, new: Circuit) -> bool:
        """Tell the others. False when one of them was quicker."""
        replaced = self._told(lambda: self._board.replace(old, new), otherwise=False)
        self._read()
        return replaced

    def close(self, circuit: Circuit) -> None:
        """The address answers."""
        closed = self._told(lambda: self._board.close(circuit), otherwise=False)
        if closed and circuit.closure is Closure.DOWN:
            _log.info("vendor_answers_again", address=circuit.address, tries=circuit.tries)
        self._read()

    def now(self) -> datetime:
        """The time as the circuits have it."""
        return self._now()

    def _read(self) -> dict[str, Circuit]:
        known = self._told(self._board.all, otherwise=self._known)
        with self._lock:
            self._known, self._read_at = known, monotonic()
        return known

    def _told(self, ask: Callable[[], T], *, otherwise: T) -> T:
        """The board's answer. A board out of reach must not spoil a call that worked."""
        try:
            return ask()
        except Exception as error:
            _log.warning("circuits_out_of_reach", error=type(error).__name__)
            return otherwise
