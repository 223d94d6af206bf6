"""Turns a basket into an order, exactly once."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.account_credit import settle_delivery
from bittitan_plugin.platforms.shop.checkouts import (
    CheckoutLine,
    CheckoutRecord,
    check_sellable,
    load_checkout,
    owned_checkout,
)
from bittitan_plugin.platforms.shop.database import ShopDatabase, next_number
from bittitan_plugin.platforms.shop.order_records import (
    OrderRecord,
    OrderState,
    load_order,
)
from bittitan_plugin.platforms.shop.payments import charge
from bittitan_plugin.platforms.shop.tables import OrderLineRow, OrderRow, UserRow

#: Orders, drafts included, are numbered in one sequence.
ORDER_NUMBERS = "order"


class CheckoutCompletion:
    """Sells baskets. An order and its lines keep the keys of the basket and its lines."""

    def __init__(self, database: ShopDatabase, *, demo_payments: bool) -> None:
        self._database = database
        self._demo_payments = demo_payments

    def placed(self, user: UserRow, checkout_id: UUID) -> OrderRecord | None:
        """The order this basket became, or None while it is open."""
        with self._database.reading() as session:
            owned_checkout(session, user, checkout_id)
            return load_order(session, checkout_id)

    def preview(self, user: UserRow, checkout_id: UUID) -> tuple[OrderRecord, int]:
        """The order this basket would become now, not stored, and the basket's version.

        Raises ``Refusal`` where something in it cannot be bought.
        """
        with self._database.reading() as session:
            checkout = load_checkout(session, owned_checkout(session, user, checkout_id))
        return _order_of(checkout, user, self._database.clock()), checkout.row.version

    def place(self, user: UserRow, checkout_id: UUID, *, version: int, pay: bool) -> OrderRecord:
        """Store the order; submitted again it returns the first one.

        ``pay`` lets a demonstration's gateway pay it at once. Elsewhere it is delivered on account
        where staff allowed that, and waits to be marked as paid otherwise.
        Raises ``Refusal`` when the basket is no longer at ``version``: what was checked and shown
        is no longer what would be bought.
        """
        with self._database.writing() as session:
            row = owned_checkout(session, user, checkout_id, lock=True)
            existing = load_order(session, checkout_id)
            if existing is not None:
                return existing
            if row.version != version:
                raise Refusal(
                    ErrorCode.INVALID,
                    "The checkout was changed meanwhile; look at it and complete it again.",
                    field="id",
                )
            now = self._database.clock()
            record = _order_of(load_checkout(session, row), user, now)
            _store(session, record)
            settle_delivery(session, record.row)
            if pay and self._demo_payments:
                charge(session, record.row, now)
        return record


def _store(session: Session, record: OrderRecord) -> None:
    record.row.sequence = next_number(session, ORDER_NUMBERS)
    session.add(record.row)
    session.flush()
    session.add_all(record.lines)
    session.flush()


def _order_of(checkout: CheckoutRecord, user: UserRow, now: datetime) -> OrderRecord:
    if not checkout.lines:
        raise Refusal(ErrorCode.REQUIRED, "There is nothing in the checkout.", field="lines")
    lines = tuple(_order_line(checkout, index, line) for index, line in enumerate(checkout.lines))
    row = OrderRow(
        id=checkout.row.id,
        sequence=0,
        status=OrderState.UNFULFILLED,
        user_id=user.id,
        email=checkout.row.email,
        currency=checkout.row.currency,
        tax_rate=checkout.taxation.rate,
        prices_include_tax=checkout.taxation.included,
        total=checkout.total.gross.amount,
        charged=Decimal(0),
        refunded=Decimal(0),
        taken_back=Decimal(0),
        on_account=False,
        invoicing=Invoicing.NOW,
        invoice_at=None,
        checkout_id=checkout.row.id,
        created_at=now,
        updated_at=now,
        untold_since=now,
    )
    return OrderRecord(row=row, lines=lines, user=user)


def _order_line(checkout: CheckoutRecord, index: int, line: CheckoutLine) -> OrderLineRow:
    currency = checkout.row.currency
    variant = check_sellable(line.variant, currency, f"lines[{index}].variantId")
    return OrderLineRow(
        id=line.row.id,
        order_id=checkout.row.id,
        position=index,
        variant_id=variant.row.id,
        sku=variant.row.sku,
        product_name=variant.product.name,
        variant_name=variant.row.name,
        product_type=variant.product.product_type,
        quantity=line.row.quantity,
        quantity_fulfilled=0,
        unit_amount=variant.prices[currency].amount,
        line_metadata=line.row.line_metadata,
    )
