"""Receives a webhook: verifies it, makes it durable, and only then answers.

Saleor does not repeat a webhook after 3xx or 4xx, and repeats it for about five minutes after 5xx
and time-outs. So 4xx is the answer only to what can never become valid, 5xx to what another attempt
may get through, and 2xx once the hooks have made the event durable. The poller finds events that
never arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.platforms.saleor.allowed import normal
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.events import NotAnEvent, SaleorEvent, hook_events, read_event
from bittitan_plugin.platforms.saleor.intake import Intake, NotTaken
from bittitan_plugin.platforms.saleor.keys import Keys
from bittitan_plugin.platforms.saleor.signatures import NotSigned, UnknownKey, verify
from bittitan_plugin.platforms.saleor.unreadable import UnreadableOrders, spoken
from bittitan_plugin.store.unit_of_work import Store

log = structlog.get_logger(__name__)

#: An event issued longer ago is refused: it is a replay. Saleor itself gives up after minutes.
OLDEST = timedelta(days=1)
#: How far a Saleor's clock may be ahead of ours.
AHEAD = timedelta(minutes=10)


#: The answer to the first webhook; it shows in the Dashboard that webhooks arrive.
HELLO = "Hello! The app is installed and webhooks arrive; open it to fill in its settings."


@dataclass(frozen=True)
class Answer:
    """The answer to the sender: an HTTP status and a sentence without secrets."""

    status: int
    message: str


class Webhooks:
    """Receives the webhooks of every Saleor. Synchronous; the web calls it in a thread."""

    def __init__(
        self, apps: SaleorApps, keys: Keys, intake: Intake, store: Store, clock: Clock
    ) -> None:
        self._apps = apps
        self._keys = keys
        self._intake = intake
        self._store = store
        self._clock = clock
        self._unreadable_orders = UnreadableOrders(store, clock)

    def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Receive one delivery. Raises nothing but failures of the database."""
        app = self._apps.of_api_url(normal(headers.get("Saleor-Api-Url", "")) or "")
        if app is None or app.state is AppState.UNINSTALLED:
            return Answer(401, "No such Saleor has this app installed.")
        try:
            app = self._proved(app, headers.get("Saleor-Signature", ""), body)
        except NotSigned as error:
            log.warning("saleor_webhook_not_signed", installation=app.api_url, reason=str(error))
            return Answer(401, f"The signature is not accepted: {error}.")
        except Unavailable as failure:
            return Answer(503, failure.message)
        try:
            event = read_event(body)
        except NotAnEvent as error:
            return Answer(400, f"The body is not understood: {error}.")
        return self._take(app, event)

    def _proved(self, app: SaleorApp, signature: str, body: bytes) -> SaleorApp:
        """The app with the keys that verify the body; they are fetched again once."""
        try:
            verify(body, signature, app.jwks)
        except UnknownKey:
            app = self._keys.renewed(app)
            verify(body, signature, app.jwks)
        return app

    def _take(self, app: SaleorApp, event: SaleorEvent) -> Answer:
        now = self._clock()
        if event.issued_at is None or not now - OLDEST <= event.issued_at <= now + AHEAD:
            return Answer(410, "The event was not issued within the last day.")
        if event.recipient not in {None, app.app_id}:
            return Answer(200, "Ignored: it is meant for another app.")
        if event.name in {"AppInstalled", "AppStatusChanged", "AppDeleted"}:
            return self._follow(app, event, event.issued_at)
        if event.caused_by_app == app.app_id:
            return Answer(200, "Ignored: the app did it itself.")
        return self._fire(app, event)

    def _follow(self, app: SaleorApp, event: SaleorEvent, issued_at: datetime) -> Answer:
        """Store that Saleor switched the app off or on, or removed it."""
        said = event.said.get("app")
        if not isinstance(said, dict) or said.get("id") != app.app_id:
            return Answer(200, "Ignored: it is another app.")
        if event.name == "AppDeleted":
            state = AppState.UNINSTALLED
        else:
            state = AppState.ACTIVE if said.get("isActive") else AppState.DEACTIVATED
        changed = self._apps.change_state(app, state, issued_at)
        log.info("saleor_app_state", installation=app.api_url, state=changed.state.value)
        if event.name == "AppInstalled":
            return Answer(200, HELLO)
        return Answer(200, f"The app is {changed.state}.")

    def _fire(self, app: SaleorApp, event: SaleorEvent) -> Answer:
        try:
            if event.node is None:
                return self._unreadable(app, event, f"Saleor left out the {event.subject}")
            found = hook_events(app.api_url, event)
        except NotAnEvent:
            return Answer(200, "Ignored: it concerns nothing here.")
        except Exception as error:
            return self._unreadable(app, event, spoken(error))
        try:
            said = self._intake.take(found)
        except NotTaken:
            return Answer(503, "The event could not be made durable; send it again.")
        self._well_again(app, event)
        return Answer(200, said)

    def _unreadable(self, app: SaleorApp, event: SaleorEvent, why: str) -> Answer:
        """Report to staff a verified event that cannot be processed.

        If it is about an order of ours, it is that order's problem; the poll reads it again.
        """
        log.error("saleor_event_unreadable", installation=app.api_url, name=event.name, why=why)
        of_order = event.node if event.subject == "order" else None
        if of_order and self._unreadable_orders.report(app.installation_id, of_order, why):
            return Answer(422, f"The order is set aside: {why}")
        with self._store.writing(app.installation_id) as work:
            work.problems.report(
                ProblemKind.ORDER_REFUSED,
                _key(event),
                message=f"An event {event.name} of Saleor cannot be acted on: {why}.",
                next_step="In Saleor's Dashboard look at the app's permissions: it needs all that "
                "its installation asks for. Where that cannot be, remove the app and install it "
                "anew: settings and assets stay, and what was missed is read from "
                "the orders themselves.",
                at=self._clock(),
            )
        return Answer(422, f"The event cannot be acted on: {why}.")

    def _well_again(self, app: SaleorApp, event: SaleorEvent) -> None:
        """Close the problem about earlier events of that name: one could be processed."""
        with self._store.reading(app.installation_id) as work:
            over = work.problems.is_open(_key(event))
        if over:
            with self._store.writing(app.installation_id) as work:
                work.problems.resolve(_key(event), self._clock())


def _key(event: SaleorEvent) -> str:
    return f"saleor-event:{event.name}"[:255]
