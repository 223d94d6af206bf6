"""Every order, some at a time: how a plugin finds what it missed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from bittitan_plugin.domain.orders import Order
from bittitan_plugin.platforms.shop.database import HostDatabase
from bittitan_plugin.platforms.shop.events import domain_order
from bittitan_plugin.platforms.shop.order_records import OrderRecord, OrderState, lines_of
from bittitan_plugin.platforms.shop.tables import OrderRow, UserRow

#: Orders that are read in one go.
PAGE = 100


def orders_since(database: HostDatabase, since: datetime) -> Iterator[Sequence[Order]]:
    """Orders placed or changed at or after ``since``, by number; no drafts. See the port."""
    last = -1
    while True:
        with database.reading() as session:
            found = session.execute(
                select(OrderRow, UserRow)
                .join(UserRow, UserRow.id == OrderRow.user_id)
                .where(
                    OrderRow.sequence > last,
                    OrderRow.updated_at >= since,
                    OrderRow.status != OrderState.DRAFT,
                )
                .order_by(OrderRow.sequence)
                .limit(PAGE)
            ).all()
            lines = lines_of(session, [order.id for order, _ in found])
        if found:
            last = found[-1][0].sequence
            yield [
                domain_order(OrderRecord(row=order, lines=tuple(lines[order.id]), user=user))
                for order, user in found
            ]
        if len(found) < PAGE:
            return
