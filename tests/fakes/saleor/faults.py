"""What can be made to go wrong with a call: before its work is done, or after."""

import threading
from dataclasses import dataclass


@dataclass
class Fault:
    """One thing that goes wrong."""

    #: ``status``, ``drop`` (hangs up), ``silent`` (until the caller does), ``errors`` (a GraphQL
    #: error), ``garbage``.
    kind: str
    #: Only on this operation; None is every one.
    operation: str | None = None
    #: How many more times.
    times: int = 1
    #: How many calls go well before the first that does not.
    skip: int = 0
    after_work: bool = False
    status: int = 502
    #: Of ``status``: the header ``Retry-After``.
    retry_after: str | None = None
    #: Of ``errors``.
    code: str = "OperationalError"


class Faults:
    """The faults in force. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, kind: str, operation: str | None = None, **values: object) -> None:
        """Put one in force."""
        with self._lock:
            self._faults.append(Fault(kind, operation, **values))  # type: ignore[arg-type]

    def take(self, operation: str) -> Fault | None:
        """The fault this call meets, using one of its times."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and fault.operation in {None, operation}:
                    if fault.skip > 0:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()
