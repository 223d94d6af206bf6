"""Finds again and again what has become due, and enqueues it as durable work.

Nothing is stored here: what is due is in the database, so the next round catches up after a restart
or a long outage. Every worker looks; their work has one id per cause, so it is done once.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.services.cancelling.refunds import watch_refunds
from bittitan_plugin.services.cancelling.stock_watch import watch_stock
from bittitan_plugin.services.coupons.expiry_reminders import (
    watch_coupons,
    watch_expiries,
    watch_requests,
)
from bittitan_plugin.services.keys import watch_keys
from bittitan_plugin.services.outages import watch_vendor
from bittitan_plugin.services.platforms import watch_platform
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.reconciling.reconciliation import start_daily
from bittitan_plugin.services.runs import end_silent
from bittitan_plugin.services.selling.invoicing import hand_in_due
from bittitan_plugin.services.selling.refused_lines import watch_refused

#: Finds what is due for one installation and enqueues it; repeating it must be harmless.
Duty = Callable[[Tenant], Any]

#: The tasks of each round.
DUTIES: tuple[Duty, ...] = (
    watch_platform,
    watch_keys,
    watch_vendor,
    hand_in_due,
    watch_requests,
    watch_expiries,
    watch_coupons,
    watch_refunds,
    watch_stock,
    watch_refused,
    start_daily,
    end_silent,
)
#: Seconds between two rounds.
INTERVAL_S = 60.0
#: Seconds that a round in progress may take to finish.
STOP_GRACE_S = 1.0

_log = structlog.get_logger(__name__)


class Timetable:
    """A thread that runs a round at once, and then every ``interval`` seconds."""

    def __init__(
        self,
        ports: Ports,
        *,
        interval: float = INTERVAL_S,
        duties: Sequence[Duty] = DUTIES,
        chores: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._ports = ports
        self._interval = interval
        self._duties = duties
        self._chores = chores
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bittitan-timetable", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def is_stopping(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Stop the rounds; the next round, in any process, enqueues what is left."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=STOP_GRACE_S)

    def look(self) -> None:
        """Run one round, for every installation. Never raises: the next round retries failures."""
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
                self._do(
                    partial(duty, Tenant(self._ports, installation_id)), duty, str(installation_id)
                )
        for chore in self._chores:
            self._do(chore, chore, "all")

    def _do(self, act: Callable[[], object], what: Callable[..., object], whose: str) -> None:
        try:
            act()
        except Unavailable:
            # Its platform is down, or another process serves it or has its keys.
            return
        except SQLAlchemyError as error:
            # The error's text may quote values.
            name = getattr(what, "__name__", "?")
            _log.warning("duty_put_off", duty=name, whose=whose, error=type(error).__name__)
        except Exception as error:
            _log.warning(
                "duty_failed",
                duty=getattr(what, "__name__", "?"),
                installation=whose,
                error=type(error).__name__,
                exc_info=error,
            )

    def _run(self) -> None:
        self.look()
        while not self._stopping.wait(self._interval):
            self.look()
