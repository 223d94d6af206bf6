"""Finds what webhooks missed: every few minutes, the orders that changed since the last poll.

Saleor gives a webhook up after six attempts in about five minutes (observed on 3.23). Each changed
order fires the same hooks as its webhooks would have; work that is done is not repeated. An order
that cannot be processed is set aside, and read again at every poll until it can be.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.waits import left
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.changes import changed_orders
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.cursors import Cursors
from bittitan_plugin.platforms.saleor.intake import Intake, NotTaken
from bittitan_plugin.platforms.saleor.order_events import state_events
from bittitan_plugin.platforms.saleor.unreadable import UnreadableOrders, spoken

#: Time between two polls of one Saleor.
INTERVAL = timedelta(minutes=3)
#: How far before the newest change each poll begins: a change becomes visible only when Saleor's
#: transaction ends, which may be after that of a later one.
OVERLAP = timedelta(minutes=2)

_log = structlog.get_logger(__name__)


class OrderPoller:
    """Polls every Saleor that is due. Any number of workers may do so at once."""

    def __init__(
        self,
        apps: SaleorApps,
        cursors: Cursors,
        unreadable: UnreadableOrders,
        intake: Intake,
        clock: Clock,
    ) -> None:
        self._apps = apps
        self._cursors = cursors
        self._unreadable = unreadable
        self._intake = intake
        self._clock = clock
        #: The Saleors that this process has polled since it started.
        self._seen: set[UUID] = set()

    def poll_due(self) -> None:
        """Poll each Saleor that was not polled lately, and all of them once after a start.

        A Saleor that fails does not stop the others; the next poll retries it.
        """
        self._apps.visit(self._poll_if_due, missed="orders_not_polled")

    def _poll_if_due(self, app: SaleorApp) -> None:
        if self._is_due(app):
            self.poll(app)
            self._seen.add(app.installation_id)

    def poll(self, app: SaleorApp) -> int:
        """Poll one Saleor now; returns how many orders had changed.

        Raises what ``SaleorClient.execute`` raises; the cursor's progress is kept.
        """
        client = SaleorClient(app.api_url, self._apps.token(app))
        try:
            self._look_again(app, client)
            return self._read(app, client)
        finally:
            client.close()

    def _is_due(self, app: SaleorApp) -> bool:
        polled_at = self._cursors.of(app).polled_at
        if polled_at is None or app.installation_id not in self._seen:
            return True
        return not left(polled_at + INTERVAL, self._clock(), INTERVAL)

    def _read(self, app: SaleorApp, client: SaleorClient) -> int:
        since = self._cursors.of(app).orders_updated_at
        count, reached = 0, since
        pages = changed_orders(client, since - OVERLAP, app.version, sort="LAST_MODIFIED_AT")
        for page in pages:
            for node in page:
                # An order from the overlap was processed, or set aside, by an earlier poll.
                self._take(app, node, says=_updated_at(node) > since)
            count += len(page)
            reached = max([reached, *(_updated_at(node) for node in page)])
            self._move(app, reached)
        self._move(app, reached)
        return count

    def _look_again(self, app: SaleorApp, client: SaleorClient) -> None:
        """Read orders that were set aside: correcting a line does not change ``updatedAt``."""
        for order_id in self._unreadable.set_aside(app.installation_id):
            try:
                node = client.execute("order_again", {"id": order_id})["order"]
            except Rejected as rejection:
                _log.warning("order_not_read", order=order_id, why=rejection.message)
                continue
            if node is None:  # the order no longer exists, so its problem is closed
                self._unreadable.close(app.installation_id, order_id)
            else:
                self._take(app, node, again=True)

    def _take(
        self, app: SaleorApp, node: Mapping[str, Any], *, says: bool = True, again: bool = False
    ) -> None:
        """Fire the order's hooks, or set it aside, so that later orders do not wait for it.

        Staff are notified once for each of its changes. Raises only when nothing can be stored.
        """
        wrong = None
        try:
            if node["status"] != "DRAFT":
                self._intake.take(state_events(app.api_url, node))
        except SQLAlchemyError:
            raise
        except NotTaken:
            wrong = "the plugin could not take it; see its log."
        except Exception as broken:
            _log.warning("order_set_aside", order=node["id"], error=type(broken).__name__)
            wrong = spoken(broken)
        if wrong is None:
            self._unreadable.close(app.installation_id, node["id"])
        elif says:
            self._unreadable.report(app.installation_id, node, wrong, is_news=not again)

    def _move(self, app: SaleorApp, reached: datetime) -> None:
        try:
            self._cursors.move(app.installation_id, reached, self._clock())
        except IntegrityError:
            # Another worker made the row at the same moment.
            self._cursors.move(app.installation_id, reached, self._clock())


def _updated_at(node: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(node["updatedAt"])
