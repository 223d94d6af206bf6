"""Wakes what waits before its time: because its vendor answers again, or the clock was put back."""

import structlog

from bittitan_plugin.domain.retry_after import LONGEST_RETRY_AFTER
from bittitan_plugin.domain.waits import LEEWAY
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.workflows.engine import parking
from bittitan_plugin.workflows.engine.retrying import SPREAD

#: Seconds that nothing waits longer: what is believed of a ``Retry-After``, spread.
LONGEST_S = LONGEST_RETRY_AFTER * (1 + SPREAD) + LEEWAY.total_seconds()

_log = structlog.get_logger(__name__)


class Waker:
    """Remembers which addresses were left alone when it looked last."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._circuits = Circuits(ports.store.engine)
        self._shut: set[str] = set()

    def look(self) -> None:
        """Wake the work of the installations whose vendor's circuit has closed since."""
        shut = set(self._circuits.all())
        opened, self._shut = self._shut - shut, shut
        if not opened:
            return
        with self._ports.store.looking_up() as installations:
            theirs = [
                str(installation.id)
                for installation in installations.all()
                if installation.configuration.api_url in opened
            ]
        woken = parking.wake(theirs)
        if woken:
            _log.info("work_woken", workflows=woken)


def wake_stranded() -> None:
    """Wake what a clock that was stepped back left waiting for longer than anything waits."""
    woken = parking.wake_stranded(LONGEST_S)
    if woken:
        _log.warning("work_woken_after_the_clock_went_back", workflows=woken)
