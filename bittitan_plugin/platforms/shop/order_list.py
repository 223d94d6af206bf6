"""Orders as staff browse them: drafts too, with their buyers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.order_records import (
    ChargeStatus,
    OrderState,
    charge_status,
    number_of,
)
from bittitan_plugin.platforms.shop.tables import OrderRow, UserRow
from bittitan_plugin.store.queries.browsing import Browser


@dataclass(frozen=True, kw_only=True)
class OrderLineItem:
    """An order as a list has it."""

    id: UUID
    number: str
    state: OrderState
    customer: str
    company: str
    total: Money
    charge: ChargeStatus
    created_at: datetime


def browser() -> Browser[OrderLineItem]:
    """The list of orders; this host is one platform, so there is nothing to keep apart."""
    return Browser(
        rows=select(OrderRow, UserRow).join(UserRow, UserRow.id == OrderRow.user_id),
        key=OrderRow.id,
        columns={
            "number": OrderRow.sequence,
            "state": OrderRow.status,
            "customer": UserRow.email,
            "company": UserRow.company,
            "total": OrderRow.total,
            "created_at": OrderRow.created_at,
        },
        searched=[UserRow.email, UserRow.company, OrderRow.email],
        to_item=_item,
    )


def _item(row: Any) -> OrderLineItem:
    order, user = row
    return OrderLineItem(
        id=order.id,
        number=number_of(order),
        state=OrderState(order.status),
        customer=user.email,
        company=user.company,
        total=Money(order.total, order.currency),
        charge=charge_status(order),
        created_at=order.created_at,
    )
