"""Finds what webhooks lost: every few minutes, the orders that changed since the last look.

Saleor gives a webhook up after six attempts in about five minutes (observed on 3.23). Each changed
order fires the same hooks as its webhooks would have; what was done already is not done again. An
order that cannot be taken is set aside, and looked at again at every look until it can be.
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

#: Time between two looks at one Saleor.
INTERVAL = timedelta(minutes=3)
#: How far behind the newest change each look begins: a change becomes visible only when Saleor's
#: transaction ends, which may be after that of a later one.
OVERLAP = timedelta(minutes=2)

_log = structlog.get_logger(__name__)


class OrderPoller:
    """Looks at every Saleor whose turn it is. Any number of workers may do so at once."""

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
        #: Where this process has looked since it started.
        self._seen: set[UUID] = set()

    def poll_due(self) -> None:
        """Look where the last look is too long ago, and everywhere once after a start.

        A Saleor that fails does not keep the others waiting; the next look makes up for it.
        """
        self._apps.visit(self._poll_if_due, missed="orders_not_polled")

    def _poll_if_due(self, app: SaleorApp) -> None:
        if self._is_due(app):
            self.poll(app)
            self._seen.add(app.installation_id)

    def poll(self, app: SaleorApp) -> int:
        """Look at one Saleor now; returns how many orders had changed.

        Raises as ``SaleorClient.execute``; how far it came is kept.
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
                # One from the overlap has been taken, or set aside, by an earlier look.
                self._take(app, node, says=_updated_at(node) > since)
            count += len(page)
            reached = max([reached, *(_updated_at(node) for node in page)])
            self._move(app, reached)
        self._move(app, reached)
        return count

    def _look_again(self, app: SaleorApp, client: SaleorClient) -> None:
        """At what was set aside. What staff mend at a line does not change ``updatedAt``."""
        for order_id in self._unreadable.set_aside(app.installation_id):
            try:
                node = client.execute("order_again", {"id": order_id})["order"]
            except Rejected as rejection:
                _log.warning("order_not_read", order=order_id, why=rejection.message)
                continue
            if node is None:  # it is gone, and so is its problem
                self._unreadable.close(app.installation_id, order_id)
            else:
                self._take(app, node, again=True)

    def _take(
        self, app: SaleorApp, node: Mapping[str, Any], *, says: bool = True, again: bool = False
    ) -> None:
        """Fire what the order shows, or set it aside: those behind it must not wait for it.

        Staff are told once for each change of it. Raises only when nothing can be kept.
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
