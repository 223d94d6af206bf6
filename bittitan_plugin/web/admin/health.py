"""Shows the plugin's health. Vendor and mail server are asked in the background.

Their answers are shown for half a minute; a page waits at most a second for a new one.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.retries import OVERDUE_AFTER
from bittitan_plugin.store.queries.figures import ToTryAgain, to_try_again, under_way
from bittitan_plugin.store.workers import WorkerRegistry
from bittitan_plugin.web.admin.admin_context import AdminContext
from bittitan_plugin.web.site import Site

#: Seconds for which an answer is valid, and for which a page waits for one.
FRESH_S, PATIENCE_S = 30.0, 1.0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check. ``ok`` is None where there is no answer yet, or it is off."""

    name: str
    ok: bool | None
    text: str


class Pulse:
    """Calls slow systems in threads of its own and keeps their answers."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="back-office-pulse")
        self._lock = Lock()
        self._asked: dict[str, tuple[float, Future[str | None]]] = {}

    def feel(self, key: str, ask: Callable[[], None]) -> str | None:
        """None when it answers, otherwise what is wrong. Raises ``NotYet``."""
        with self._lock:
            since, future = self._asked.get(key, (0.0, None))
            if future is None or (future.done() and monotonic() - since > FRESH_S):
                future = self._threads.submit(_complaint, ask)
                self._asked[key] = (monotonic(), future)
        return future.result(PATIENCE_S)


def findings(site: Site, pulse: Pulse, context: AdminContext) -> list[Finding]:
    """The state of the plugin and of all it needs."""
    installation = context.installation
    workers = len(WorkerRegistry(site.engine, site.ports.clock).alive())
    return [
        Finding(
            name="Plugin",
            ok=installation.active,
            text="switched on" if installation.active else "switched off",
        ),
        _vendor(site, context, pulse),
        _felt(pulse, "Mail", "mail", site.ports.mailer.check),
        Finding(
            name="Workers",
            ok=workers > 0,
            text=f"{workers} at work" if workers else "none: start 'bittitan-plugin worker'",
        ),
        *(_of_orders(site, context) if context.viewer.may(Permission.MANAGE_ORDERS) else ()),
    ]


def _of_orders(site: Site, context: AdminContext) -> list[Finding]:
    with site.ports.store.reading(context.installation.id) as work:
        busy = under_way(work)
        again = to_try_again(work, context.now - OVERDUE_AFTER)
    return [
        Finding(
            name="Queue",
            ok=True,
            text=f"{busy.provisioning} waiting for a coupon, {busy.cancelling} being cancelled",
        ),
        Finding(name="Waiting work", ok=not again.overdue, text=_in_words(again)),
        Finding(
            name="Problems",
            ok=not context.waiting.problems,
            text=f"{context.waiting.problems} open",
        ),
    ]


def _in_words(again: ToTryAgain) -> str:
    if not again.overdue:
        return f"{again.all} to be tried again"
    minutes = int(OVERDUE_AFTER.total_seconds() / 60)
    return (
        f"{again.all} to be tried again, {again.overdue} of it due for more than {minutes} minutes"
    )


def _vendor(site: Site, context: AdminContext, pulse: Pulse) -> Finding:
    configuration = context.installation.configuration
    if not configuration.uses_api:
        return Finding(name="BitTitan", ok=None, text="not needed: sold from the coupon stock")
    if not context.installation.active:
        return Finding(name="BitTitan", ok=None, text="not asked while the plugin is off")
    # Changed settings mean another system to check.
    key = f"vendor {configuration.api_url} {configuration.api_email} {configuration.api_password}"
    vendors = site.ports.vendors
    return _felt(pulse, "BitTitan", key, lambda: vendors.of(configuration).check())


def _felt(pulse: Pulse, name: str, key: str, ask: Callable[[], None]) -> Finding:
    try:
        complaint = pulse.feel(key, ask)
    except NotYet:
        return Finding(name=name, ok=None, text="has not answered yet")
    return Finding(name=name, ok=complaint is None, text=complaint or "answers")


def _complaint(ask: Callable[[], None]) -> str | None:
    try:
        ask()
    except BitTitanError as failure:
        return str(failure)
    return None
