"""Limits the calls to a vendor, and stops them while it fails or asks for a pause.

Calls to one address pass its gate, and are refused while it is closed.

Limits are per address and apply to all workers together: each takes an equal share. Workers share
through ``CircuitBoard`` which addresses fail and which asked for a pause.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import uniform
from time import monotonic, sleep
from typing import Protocol, TypeVar

import structlog

from bittitan_plugin.domain.circuit import FAILURES_TO_OPEN, Circuit, Closure, opened, paused
from bittitan_plugin.domain.errors import Unavailable

#: Seconds for which the board's answer is used without asking again.
BELIEVED_FOR = 1.0
#: Seconds that a call waits for its turn before it is refused for now.
LONGEST_QUEUE = 2.0
#: Seconds after which a refused call may try again, plus at most as many more.
BUSY_AGAIN = 1.0

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class CircuitBoard(Protocol):
    """Shares the state of addresses between processes. See ``store/circuits.py``."""

    def all(self) -> dict[str, Circuit]:
        """All circuits, by address."""

    def replace(self, old: Circuit | None, new: Circuit) -> bool:
        """Replace ``old`` by ``new``. False when another process was quicker."""

    def close(self, circuit: Circuit) -> bool:
        """The address may be called again. False when another process was quicker."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of calls to one address by all workers together."""

    #: Calls under way at once.
    in_flight: int = 32
    #: Calls begun per second; 0 for no limit.
    per_second: float = 0.0

    def share(self, workers: int) -> "Limits":
        """The share of one of ``workers``, never less than one call."""
        return Limits(
            in_flight=max(self.in_flight // workers, 1), per_second=self.per_second / workers
        )


class CallLimits:
    """The limits of this process, and what it knows of the addresses. Thread-safe."""

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
        self._gates: dict[str, CallGate] = {}
        self._known: dict[str, Circuit] = {}
        self._read_at = -BELIEVED_FOR

    def gate(self, address: str) -> "CallGate":
        """The one gate of that address, shared by all callers."""
        with self._lock:
            return self._gates.setdefault(address, CallGate(self, address))

    def share_among(self, workers: int) -> None:
        """From now on this process is one of ``workers``."""
        self.limits = self._all.share(max(workers, 1))

    def circuit(self, address: str) -> Circuit | None:
        """The address's circuit, if any; read again when older than ``BELIEVED_FOR``."""
        with self._lock:
            if monotonic() - self._read_at < BELIEVED_FOR:
                return self._known.get(address)
            self._read_at = monotonic()
        return self._read().get(address)

    def put(self, old: Circuit | None, new: Circuit) -> bool:
        """Share it with the other processes. False when one of them was quicker."""
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
        """The time by which circuits are judged."""
        return self._now()

    def _read(self) -> dict[str, Circuit]:
        known = self._told(self._board.all, otherwise=self._known)
        with self._lock:
            self._known, self._read_at = known, monotonic()
        return known

    def _told(self, ask: Callable[[], T], *, otherwise: T) -> T:
        """The board's answer, or ``otherwise``: its failure must not fail a call that worked."""
        try:
            return ask()
        except Exception as error:
            _log.warning("circuits_out_of_reach", error=type(error).__name__)
            return otherwise


class CallGate:
    """Every call to one address passes it. Thread-safe; made by ``CallLimits.gate``."""

    def __init__(self, traffic: CallLimits, address: str) -> None:
        self._traffic = traffic
        self._address = address
        self._changed = threading.Condition()
        self._under_way = 0
        self._failures = 0
        #: When the next call may begin, by the limit per second.
        self._next = 0.0

    @contextmanager
    def passing(self, *, urgent: bool = False) -> Iterator[None]:
        """Hold a permit during one call, which then reports how it went.

        Raises ``Unavailable`` with the time to try again. ``urgent`` is a call that a person
        waits for: it is made whatever is known of the address.
        """
        if not urgent:
            self._check_circuit()
        self._take_place()
        try:
            self._take_turn()
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def answered(self) -> None:
        """The vendor answered, whatever the answer was."""
        self._failures = 0
        circuit = self._traffic.circuit(self._address)
        if circuit is not None and (
            circuit.closure is Closure.DOWN or not circuit.wait(self._traffic.now())
        ):
            self._traffic.close(circuit)

    def failed(self, reason: str) -> None:
        """The vendor did not answer, or answered that it cannot work."""
        circuit, now = self._traffic.circuit(self._address), self._traffic.now()
        if circuit is not None and circuit.closure is Closure.DOWN:
            # Calls that began before it opened fail too; only a later try is news.
            if circuit.tries:
                self._traffic.put(circuit, circuit.failed(reason, now))
            return
        self._failures += 1
        if self._failures >= FAILURES_TO_OPEN and self._traffic.put(
            circuit, opened(self._address, reason, now)
        ):
            self._failures = 0
            _log.warning("vendor_left_alone", address=self._address, why=reason)

    def asked_for_pause(self, seconds: float | None) -> None:
        """The vendor answered that it gets too many calls."""
        self._failures = 0
        circuit, now = self._traffic.circuit(self._address), self._traffic.now()
        if not seconds or (circuit is not None and circuit.wait(now) >= seconds):
            return
        if self._traffic.put(circuit, paused(self._address, seconds, now)):
            _log.warning("vendor_asked_for_pause", address=self._address, seconds=seconds)

    def _check_circuit(self) -> None:
        circuit, now = self._traffic.circuit(self._address), self._traffic.now()
        if circuit is None:
            return
        wait = circuit.wait(now)
        if not wait:
            if circuit.closure is Closure.RATE_LIMITED:
                return
            if self._traffic.put(circuit, circuit.trying(now)):
                return
            wait = BUSY_AGAIN
        raise Unavailable(_left_alone(circuit), retry_after=wait)

    def _take_place(self) -> None:
        with self._changed:
            free = self._changed.wait_for(
                lambda: self._under_way < self._traffic.limits.in_flight, timeout=LONGEST_QUEUE
            )
            if not free:
                raise Unavailable(
                    "BitTitan is being asked as much as it may be at once.",
                    retry_after=uniform(BUSY_AGAIN, 2 * BUSY_AGAIN),  # noqa: S311 - only spread
                )
            self._under_way += 1

    def _take_turn(self) -> None:
        rate = self._traffic.limits.per_second
        if not rate:
            return
        with self._changed:
            wait = max(self._next - monotonic(), 0.0)
            if wait > LONGEST_QUEUE:
                raise Unavailable(
                    "BitTitan is being asked as much as it may be per second.", retry_after=wait
                )
            self._next = max(self._next, monotonic()) + 1 / rate
        sleep(wait)


def _left_alone(circuit: Circuit) -> str:
    if circuit.closure is Closure.RATE_LIMITED:
        return "BitTitan asked for a pause."
    return f"BitTitan has not answered since {circuit.since:%H:%M} UTC ({circuit.reason})."
