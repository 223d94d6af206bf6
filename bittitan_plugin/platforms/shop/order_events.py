"""Changes of orders, each followed by its hooks once it is committed.

A repeated change returns the order as it is and fires its hooks again: a process may have died
between the commit and the hooks, and plugins must expect repetition.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bittitan_hooks import specs
from bittitan_hooks.events import OrderEvent
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.orders import Invoicing, OrderStatus
from bittitan_plugin.platforms.shop.checkout_completion import CheckoutCompletion
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.events import domain_order, invoice_sent
from bittitan_plugin.platforms.shop.hook_calls import HookCaller
from bittitan_plugin.platforms.shop.invoices import Invoices, address_of
from bittitan_plugin.platforms.shop.order_audit import SHOP
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    ChargeStatus,
    OrderRecord,
    OrderState,
    charge_status,
    domain_status,
    is_fully_paid,
)
from bittitan_plugin.platforms.shop.orders import Orders
from bittitan_plugin.platforms.shop.outbox import Outbox, standing_hooks
from bittitan_plugin.platforms.shop.payments import Refunds
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderRow, RefundRow, UserRow

log = structlog.get_logger(__name__)


_EVENTS: Mapping[str, type[OrderEvent]] = {
    "order_created": specs.OrderCreated,
    "order_confirmed": specs.OrderConfirmed,
    "order_paid": specs.OrderPaid,
    "order_fully_paid": specs.OrderFullyPaid,
    "order_updated": specs.OrderUpdated,
    "order_cancelled": specs.OrderCancelled,
    "order_refunded": specs.OrderRefunded,
    "order_fully_refunded": specs.OrderFullyRefunded,
}


class OrderChanges:
    """Changes orders and fires the hooks. Raises ``Refusal``."""

    def __init__(
        self,
        database: ShopDatabase,
        announcer: HookCaller,
        *,
        demo_payments: bool,
        public_url: str = "",
    ) -> None:
        self._public_url = public_url
        self._completion = CheckoutCompletion(database, demo_payments=demo_payments)
        self._orders = Orders(database)
        self._refunds = Refunds(database)
        self._invoices = Invoices(database)
        self._outbox = Outbox(database)
        self._announcer = announcer

    def complete_checkout(
        self, user: UserRow, checkout_id: UUID, *, pay: bool = True
    ) -> OrderRecord:
        """Sell a basket, once. Raises ``PluginsRejected`` before any payment."""
        record = self._completion.placed(user, checkout_id)
        if record is None:
            preview, version = self._completion.preview(user, checkout_id)
            self._precheck(preview)
            record = self._completion.place(user, checkout_id, version=version, pay=pay)
        if domain_status(record.row) is OrderStatus.CONFIRMED:
            # First, so that plugins that get the event find it invoiced.
            issued = self._issue(record.row)
            paid = ("order_paid", "order_fully_paid") if is_fully_paid(record.row) else ()
            self._announce(record, "order_created", "order_confirmed", *paid)
            self._announce_invoice(issued)
        return record

    def complete_draft(self, order_id: UUID, *, by: Actor = SHOP) -> OrderRecord:
        """Make a draft an order. Raises ``PluginsRejected``."""
        self._precheck_open(order_id)
        record = self._orders.complete_draft(order_id, by=by)
        self._announce(record, "order_created")
        return record

    def execute(self, order_id: UUID, invoicing: Invoicing, *, by: Actor = SHOP) -> OrderRecord:
        """Confirm an order and invoice it as chosen. Raises ``PluginsRejected``."""
        before = self._precheck_open(order_id)
        record = self._orders.execute(order_id, invoicing, by=by)
        issued = self._issue(record.row)
        was_draft = before is not None and before.row.status == OrderState.DRAFT
        self._announce(record, *(("order_created",) if was_draft else ()), "order_confirmed")
        self._announce_invoice(issued)
        return record

    def mark_as_paid(
        self, order_id: UUID, *, by: Actor = SHOP, amount: Decimal | None = None
    ) -> OrderRecord:
        """Record the money; ``amount`` as in ``Orders.mark_as_paid``.

        Fires what Saleor fires: fully paid and updated, but not paid.
        """
        record = self._orders.mark_as_paid(order_id, by=by, amount=amount)
        self._announce(record, "order_fully_paid", "order_updated")
        return record

    def cancel(self, order_id: UUID, *, by: Actor = SHOP) -> OrderRecord:
        """Cancel the whole order."""
        record = self._orders.cancel(order_id, by=by)
        self._announce(record, "order_cancelled")
        return record

    def grant_refund(
        self,
        order_id: UUID,
        amount: Decimal | None = None,
        reason: str = "",
        *,
        by: Actor = SHOP,
        undue_only: bool = False,
    ) -> tuple[OrderRow, RefundRow]:
        """Pay money back; ``undue_only`` as in ``Refunds.grant``."""
        try:
            order, refund = self._refunds.grant(
                order_id, amount, reason, by=by, undue_only=undue_only
            )
        except Refusal:
            # A repeated call has nothing left to pay back, but the plugins may not know of it.
            self._announce_refund(order_id, full_only=True)
            raise
        self._announce_refund(order_id)
        return order, refund

    def tell(self, record: OrderRecord) -> None:
        """Fire again the hooks for the order's present state."""
        self._announce(record, *standing_hooks(record.row))

    def _announce_refund(self, order_id: UUID, *, full_only: bool = False) -> None:
        record = self._orders.get(order_id)
        if record is None:
            return
        if charge_status(record.row) is ChargeStatus.FULLY_REFUNDED:
            self._announce(record, "order_fully_refunded")
        elif not full_only:
            self._announce(record, "order_refunded")

    def _issue(self, order: OrderRow) -> InvoiceRow | None:
        """The order's invoice, if it is due now and this call issued it."""
        # The order is valid whatever happens here; a later run issues what is missed.
        try:
            invoice, is_new = self._invoices.issue(order.id)
        except Exception:
            log.exception("invoice failed", order=str(order.id))
            return None
        return invoice if is_new else None

    def _announce_invoice(self, invoice: InvoiceRow | None) -> None:
        if invoice is not None:
            url = address_of(self._public_url, invoice.id)
            self._announcer.announce(
                "invoice_sent", lambda: invoice_sent(invoice, self._announcer.installation, url)
            )

    def _precheck_open(self, order_id: UUID) -> OrderRecord | None:
        record = self._orders.get(order_id)
        if record is not None and OrderState(record.row.status) in OPEN_STATES:
            self._precheck(record)
        return record

    def _precheck(self, record: OrderRecord) -> None:
        self._announcer.precheck(self._event(specs.OrderPrecheck, record))

    def _announce(self, record: OrderRecord, *hooks: str) -> None:
        told = [
            self._announcer.announce(hook, self._event(_EVENTS[hook], record)) for hook in hooks
        ]
        if not all(told):
            return
        try:
            self._outbox.settle(record.row)
        except SQLAlchemyError as error:
            # The change is committed and its note remains: its hooks fire once more.
            log.warning("note of a change stays", order=str(record.row.id), why=str(error))

    def _event(self, kind: type[OrderEvent], record: OrderRecord) -> Callable[[], specs.Event]:
        installation = self._announcer.installation
        return lambda: kind(installation=installation, order=domain_order(record))
