"""Staff's changes of orders, and who may see orders."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.billing import next_billing_day
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.account_credit import settle_delivery
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.ids import Kind, try_parse
from bittitan_plugin.platforms.shop.invoices import credit_order
from bittitan_plugin.platforms.shop.order_audit import SHOP, audited
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    Grant,
    OrderRecord,
    OrderState,
    balance_of,
    complete_record,
    lines_of,
    load_order,
    locked,
    take_back,
)
from bittitan_plugin.platforms.shop.outbox import note_change
from bittitan_plugin.platforms.shop.paging import Listing
from bittitan_plugin.platforms.shop.payments import charge
from bittitan_plugin.platforms.shop.tables import OrderLineRow, OrderRow, UserRow


class Orders:
    """Reads and changes orders. Changes raise ``Refusal`` and may be repeated."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def get(self, order_id: UUID) -> OrderRecord | None:
        """The order as it is now."""
        with self._database.reading() as session:
            return load_order(session, order_id)

    def listing(self, viewer: Viewer) -> Listing[OrderRow]:
        """The orders this viewer may see, newest first, without drafts."""
        query = select(OrderRow).where(OrderRow.status != OrderState.DRAFT)
        if not viewer.may(Permission.MANAGE_ORDERS):
            query = query.where(OrderRow.user_id == try_parse(Kind.USER, viewer.customer_id or ""))
        return Listing(query=query, key=OrderRow.sequence, descending=True)

    def of_user(self, user_id: UUID) -> Listing[OrderRow]:
        """A user's orders, newest first, without drafts."""
        query = select(OrderRow).where(
            OrderRow.status != OrderState.DRAFT, OrderRow.user_id == user_id
        )
        return Listing(query=query, key=OrderRow.sequence, descending=True)

    def lines(self, order_ids: Collection[UUID]) -> dict[UUID, list[OrderLineRow]]:
        """Each order's lines, in one statement."""
        with self._database.reading() as session:
            return lines_of(session, order_ids)

    def complete_draft(self, order_id: UUID, *, by: Actor = SHOP) -> OrderRecord:
        """Make a draft an order that waits to be executed."""
        now = self._database.clock()
        with self._database.writing() as session:
            order = _live(session, order_id)
            if order.status == OrderState.DRAFT:
                with audited(session, order, by, now):
                    order.status = OrderState.UNCONFIRMED
                note_change(order, now)
            return _record(session, order)

    def execute(self, order_id: UUID, invoicing: Invoicing, *, by: Actor = SHOP) -> OrderRecord:
        """Confirm an order with the choice when it is invoiced.

        Delivered at once to an account that buys on account, to others once it is paid.
        """
        now, zone = self._database.clock(), self._database.zone()
        with self._database.writing() as session:
            order = _live(session, order_id)
            record = _record(session, order)
            if OrderState(order.status) in OPEN_STATES:
                with audited(session, order, by, now):
                    order.status = OrderState.UNFULFILLED
                    settle_delivery(session, order)
                    order.invoicing = invoicing
                note_change(order, now)
                if invoicing is Invoicing.NEXT_BILLING_DAY:
                    day = record.user.billing_day
                    order.invoice_at = next_billing_day(day, now, zone)
            elif order.invoicing != invoicing:
                raise Refusal(
                    ErrorCode.INVALID,
                    f"This order was executed with {order.invoicing}; that cannot be changed.",
                    field="invoicing",
                )
            return record

    def mark_as_paid(
        self, order_id: UUID, *, by: Actor = SHOP, amount: Decimal | None = None
    ) -> OrderRecord:
        """Record that everything owed was received; repeated, it records nothing more.

        ``amount`` is what the caller saw as owed: if other is owed by now, that is refused.
        """
        with self._database.writing() as session:
            order = _live(session, order_id)
            if order.status == OrderState.DRAFT:
                raise Refusal(ErrorCode.INVALID, "A draft cannot be paid.", field="id")
            now, owed = self._database.clock(), balance_of(order).owed
            if owed and amount is not None and amount != owed:
                raise Refusal(
                    ErrorCode.INVALID,
                    f"Meanwhile {Money(owed, order.currency)} is owed: look at the order again.",
                    field="amount",
                )
            with audited(session, order, by, now):
                if charge(session, order, now):
                    note_change(order, now)
            return _record(session, order)

    def cancel(self, order_id: UUID, *, by: Actor = SHOP) -> OrderRecord:
        """Cancel, and credit what was invoiced. As in Saleor, this pays no money back."""
        now = self._database.clock()
        with self._database.writing() as session:
            order = locked(session, order_id)
            if order.status == OrderState.DRAFT:
                raise Refusal(ErrorCode.INVALID, "A draft cannot be cancelled.", field="id")
            if order.status != OrderState.CANCELED:
                with audited(session, order, by, now):
                    order.status = OrderState.CANCELED
                    take_back(order, order.total)
                note_change(order, now)
                grant = Grant(
                    key=f"cancel:{order.id}", amount=order.total, reason="Order cancelled"
                )
                credit_order(session, order, grant, now)
            return _record(session, order)


def may_see(viewer: Viewer, order: OrderRow) -> bool:
    """Whether the viewer owns the order, or is staff with MANAGE_ORDERS."""
    if viewer.may(Permission.MANAGE_ORDERS):
        return True
    return viewer.customer_id is not None and order.user_id == try_parse(
        Kind.USER, viewer.customer_id
    )


def _live(session: Session, order_id: UUID) -> OrderRow:
    order = locked(session, order_id)
    if order.status == OrderState.CANCELED:
        raise Refusal(ErrorCode.INVALID, "This order is cancelled.", field="id")
    return order


def _record(session: Session, order: OrderRow) -> OrderRecord:
    user = session.get_one(UserRow, order.user_id)
    return complete_record(session, order, user)
