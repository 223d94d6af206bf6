"""Wakes what waits for a vendor as soon as it answers again, instead of when its wait is over."""

import structlog

from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.workflows import parking

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
