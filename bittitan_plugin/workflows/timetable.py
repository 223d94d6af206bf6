"""Looks again and again at what has fallen due, and hands it in as durable work.

Nothing is kept here: what is due stands in the database, so a restart or a long outage is caught
up by the next look. Every worker looks; what they hand in has one id per cause, so it is done once.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.services.invoicing import hand_in_due
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.watching import watch_coupons, watch_expiries, watch_requests

#: Finds what is due for one installation and hands it in; repeating it must be harmless.
Duty = Callable[[Ports, UUID], Any]

#: What is looked after.
DUTIES: tuple[Duty, ...] = (hand_in_due, watch_requests, watch_expiries, watch_coupons)
#: Seconds between two looks.
INTERVAL_S = 60.0
#: Seconds that a look under way is given to finish.
STOP_GRACE_S = 1.0

_log = structlog.get_logger(__name__)


class Timetable:
    """A thread that looks at once, and then every ``interval`` seconds."""

    def __init__(
        self, ports: Ports, *, interval: float = INTERVAL_S, duties: Sequence[Duty] = DUTIES
    ) -> None:
        self._ports = ports
        self._interval = interval
        self._duties = duties
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bittitan-timetable", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; what a cut-short look had not handed in, the next one will."""
        self._stopping.set()
        self._thread.join(timeout=STOP_GRACE_S)

    def look(self) -> None:
        """Look once, at every installation. Never raises: the next look makes up for this one."""
        try:
            with self._ports.store.looking_up() as installations:
                ids = [installation.id for installation in installations.all()]
        except SQLAlchemyError as error:
            _log.warning("look_missed", error=type(error).__name__)
            return
        for installation_id in ids:
            for duty in self._duties:
                if self._stopping.is_set():
                    return
                self._do(duty, installation_id)

    def _do(self, duty: Duty, installation_id: UUID) -> None:
        try:
            duty(self._ports, installation_id)
        except Unavailable:
            # Its platform is away, or attached to another process, which looks after it.
            return
        except Exception as error:
            _log.warning(
                "duty_failed",
                duty=getattr(duty, "__name__", "?"),
                installation=str(installation_id),
                error=type(error).__name__,
                exc_info=error,
            )

    def _run(self) -> None:
        self.look()
        while not self._stopping.wait(self._interval):
            self.look()
