"""The way to one address: calls take their turn in it, and are turned back while it is shut."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import uniform
from time import monotonic, sleep

import structlog

from bittitan_plugin.bittitan.coupon_api.call_limits import Traffic
from bittitan_plugin.domain.circuit import FAILURES_TO_OPEN, Circuit, Closure, opened, paused
from bittitan_plugin.domain.errors import Unavailable

#: Seconds that a call waits for its turn before it is put off.
LONGEST_QUEUE = 2.0
#: Seconds after which a call that found no place may ask again, and at most as many more.
BUSY_AGAIN = 1.0

_log = structlog.get_logger(__name__)


class Lanes:
    """One lane per address, shared by all who call it."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._lock = threading.Lock()
        self._lanes: dict[str, Lane] = {}

    def to(self, address: str) -> "Lane":
        """The lane to that address."""
        with self._lock:
            return self._lanes.setdefault(address, Lane(self._traffic, address))


class Passage:
    """One call under way; its caller says how it went."""

    def __init__(self, lane: "Lane") -> None:
        self._lane = lane

    def answered(self) -> None:
        """The vendor answered, whatever it said."""
        self._lane.answered()

    def failed(self, reason: str) -> None:
        """The vendor did not answer, or only that it cannot."""
        self._lane.failed(reason)

    def asked_for_pause(self, seconds: float | None) -> None:
        """The vendor answered that it is asked too much."""
        self._lane.asked_for_pause(seconds)


class Lane:
    """Thread-safe. Made by ``Lanes``."""

    def __init__(self, traffic: Traffic, address: str) -> None:
        self._traffic = traffic
        self._address = address
        self._changed = threading.Condition()
        self._under_way = 0
        self._failures = 0
        #: When the next call may begin, by the limit per second.
        self._next = 0.0

    @contextmanager
    def passing(self, *, urgent: bool = False) -> Iterator[Passage]:
        """Held during one call. Raises ``Unavailable``, saying when to come again.

        ``urgent`` is what a person waits for: it is tried whatever is known of the address.
        """
        if not urgent:
            self._check_circuit()
        self._take_place()
        try:
            self._take_turn()
            yield Passage(self)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def answered(self) -> None:
        """See ``Passage``."""
        self._failures = 0
        circuit = self._traffic.circuit(self._address)
        if circuit is not None and (
            circuit.closure is Closure.DOWN or not circuit.wait(self._traffic.now())
        ):
            self._traffic.close(circuit)

    def failed(self, reason: str) -> None:
        """See ``Passage``."""
        circuit, now = self._traffic.circuit(self._address), self._traffic.now()
        if circuit is not None and circuit.closure is Closure.DOWN:
            # Calls that began before it opened fail too; only a try says something new.
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
        """See ``Passage``."""
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
