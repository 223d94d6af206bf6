"""The faults of the sandbox, by name: what goes wrong, on which operation, how often."""

import threading
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class FaultName(StrEnum):
    """What can be made to go wrong. All but the last four act before any work is done."""

    #: Every answer takes ``seconds`` longer.
    LATENCY = "latency"
    #: Answers ``status``; after the work if ``after_work`` is set.
    STATUS = "status"
    #: Answers 429 with ``Retry-After: retry_after``.
    RATE_LIMIT = "rate_limit"
    #: Closes the connection without a byte.
    DROP_CONNECTION = "drop_connection"
    #: Does the work, then holds the answer for ``seconds`` or until the client hangs up.
    TIMEOUT_AFTER_WORK = "timeout_after_work"
    #: Does the work, then closes the connection without a byte.
    DROP_AFTER_WORK = "drop_after_work"
    #: Does the work, then answers with its status and half of the JSON.
    BROKEN_JSON = "broken_json"
    #: A repeated reference makes a second coupon, as a faulty vendor would.
    IDEMPOTENCY_OFF = "idempotency_off"


class Operation(StrEnum):
    """The contract's operations, as faults name them."""

    SESSION = "session"
    PRODUCTS = "products"
    #: Registering a partner.
    PARTNER = "partner"
    #: Looking a partner up by address.
    PARTNER_LOOKUP = "partner_lookup"
    ISSUE = "issue"
    #: The list of coupons by reference.
    FIND = "find"
    #: The list of coupons without a reference.
    CHANGES = "changes"
    #: One coupon by its id.
    COUPON = "coupon"
    CANCEL = "cancel"


class Fault(BaseModel):
    """One thing that goes wrong. ``name`` decides which of the values count."""

    model_config = ConfigDict(extra="forbid")

    name: FaultName
    #: Only on this operation; None is every one.
    operation: Operation | None = None
    #: Only on paths that begin like this; None is every one.
    path: str | None = None
    #: How many more times; None is until it is removed.
    times: Annotated[int, Field(ge=1)] | None = None
    #: For ``latency`` and ``timeout_after_work``.
    seconds: Annotated[float, Field(ge=0, le=3600)] = 30.0
    #: For ``status``.
    status: Annotated[int, Field(ge=200, le=599)] = 500
    after_work: bool = False
    #: For ``rate_limit``: the header's text, seconds or an HTTP date.
    retry_after: str | int = 1


class Faults:
    """The faults in force. Thread-safe, so that tests may change them from outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, name: str, **values: Any) -> Fault:
        """Put a fault in force; ``values`` are those of ``Fault``.

        Raises ``ValueError`` for an unknown name or value.
        """
        return self.put(Fault.model_validate({"name": name, **values}))

    def put(self, fault: Fault) -> Fault:
        """Put a fault in force; several with one name apply one after the other."""
        with self._lock:
            self._faults.append(fault.model_copy())
        return fault

    def clear(self, name: str | None = None) -> None:
        """Remove the faults of that name, or all of them."""
        with self._lock:
            self._faults = [f for f in self._faults if name is not None and f.name != name]

    def in_force(self) -> list[Fault]:
        """Copies of the faults in force, with the times that are left."""
        with self._lock:
            return [fault.model_copy() for fault in self._faults]

    def take(self, operation: Operation, path: str) -> dict[FaultName, Fault]:
        """The faults that this call meets, at most one of each name; uses one time of each."""
        met: dict[FaultName, Fault] = {}
        with self._lock:
            for fault in self._faults:
                if fault.name not in met and _meets(fault, operation, path):
                    met[fault.name] = fault.model_copy()
                    if fault.times is not None:
                        fault.times -= 1
            self._faults = [fault for fault in self._faults if fault.times != 0]
        return met


def _meets(fault: Fault, operation: Operation, path: str) -> bool:
    return fault.operation in {None, operation} and path.startswith(fault.path or "")
