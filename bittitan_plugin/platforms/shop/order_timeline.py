"""What happened to an order, from the rows that say so, the newest last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.audit_entries import AuditEntry
from bittitan_plugin.domain.history import Actor, ActorKind, HistoryEntry
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.order_audit import STATE_WORDS
from bittitan_plugin.platforms.shop.order_records import OrderRecord, OrderState
from bittitan_plugin.platforms.shop.tables import InvoiceRow, PaymentRow, RefundRow


@dataclass(frozen=True, kw_only=True)
class OrderEvent:
    """One thing that happened, or is to happen."""

    at: datetime
    text: str
    #: Who did it; None where it is the order's own course.
    actor: Actor | None = None
    #: The list and the id of a page that shows more of it.
    list: str | None = None
    id: UUID | None = None
    #: Whether it is still to come.
    is_planned: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """The rows about one order."""

    record: OrderRecord
    audit: Sequence[AuditEntry]
    invoices: Sequence[InvoiceRow]
    payments: Sequence[PaymentRow]
    refunds: Sequence[RefundRow]
    assets: Sequence[Asset]
    histories: Mapping[UUID, Sequence[HistoryEntry]]

    @property
    def invoice(self) -> InvoiceRow | None:
        """The order's invoice, once it is issued."""
        return next((row for row in self.invoices if row.kind == InvoiceKind.INVOICE), None)


def timeline(facts: OrderFacts) -> list[OrderEvent]:
    """Everything that happened, the newest last; then what is to happen."""
    events = [
        *_binding(facts),
        *_money(facts),
        *(event for asset in facts.assets for event in _of_asset(asset, facts)),
    ]
    # Sorting keeps the order in which they are named where their times are the same.
    return sorted(events, key=lambda event: (event.is_planned, event.at))


_DONE = {
    STATE_WORDS[OrderState.UNCONFIRMED]: "Made an order that is to be executed",
    STATE_WORDS[OrderState.UNFULFILLED]: "Executed",
    STATE_WORDS[OrderState.CANCELED]: "Cancelled",
}


def _binding(facts: OrderFacts) -> Iterator[OrderEvent]:
    order, user = facts.record.row, facts.record.user
    states = [entry for entry in facts.audit if entry.change.field == "orderState"]
    if order.checkout_id is not None:
        buyer = Actor(ActorKind.CUSTOMER, user.email)
        yield OrderEvent(at=order.created_at, text="Ordered in the shop", actor=buyer)
    else:
        made = next((entry for entry in states if entry.change.before is None), None)
        yield OrderEvent(at=order.created_at, text="Draft made", actor=made.actor if made else None)
    for entry in states:
        if entry.change.before is not None and entry.change.after in _DONE:
            text = _DONE[entry.change.after]
            if entry.change.after == STATE_WORDS[OrderState.UNFULFILLED] and order.on_account:
                text += ", to be delivered before it is paid"
            yield OrderEvent(at=entry.at, text=text, actor=entry.actor)


def _money(facts: OrderFacts) -> Iterator[OrderEvent]:
    order = facts.record.row
    for row in facts.invoices:
        kind = "Invoice" if row.kind == InvoiceKind.INVOICE else "Credit invoice"
        amount = Money(row.amount, row.currency)
        text = f"{kind} {row.number} over {amount}"
        yield OrderEvent(at=row.created_at, text=text, list="invoices", id=row.id)
    if (
        facts.invoice is None
        and order.status != OrderState.CANCELED
        and order.invoicing == Invoicing.NEXT_BILLING_DAY
        and order.invoice_at is not None
        and order.taken_back < order.total
    ):
        yield OrderEvent(at=order.invoice_at, text="To be invoiced", is_planned=True)
    for payment in facts.payments:
        amount = Money(payment.amount, payment.currency)
        by = _who(facts, "received", payment.created_at)
        yield OrderEvent(at=payment.created_at, text=f"Paid: {amount}", actor=by)
    for refund in facts.refunds:
        amount = Money(refund.amount, refund.currency)
        text = f"Paid back: {amount}" + (f" ({refund.reason})" if refund.reason else "")
        by = _who(facts, "refunded", refund.created_at)
        yield OrderEvent(at=refund.created_at, text=text, actor=by)


def _who(facts: OrderFacts, field: str, at: datetime) -> Actor | None:
    """Who made the change of that moment; None for a gateway, or the plugin's cancellation."""
    return next(
        (entry.actor for entry in facts.audit if entry.change.field == field and entry.at == at),
        None,
    )


#: What entries of an asset's history mean to its order, by field and new value; None is any value.
_TOLD: dict[tuple[str, str | None], str] = {
    ("coupon", None): "Coupon obtained",
    ("welcomeEmail", None): "Delivered by e-mail",
    ("provisioningStatus", ProvisioningStatus.FAILED): "Delivery failed",
    ("status", AssetStatus.AWAITING_REVOCATION): "Waits for its codes to be revoked by hand",
    ("status", AssetStatus.CANCELLED): "Licences cancelled",
}


def _of_asset(asset: Asset, facts: OrderFacts) -> Iterator[OrderEvent]:
    for entry in facts.histories.get(asset.id, ()):
        change = entry.change
        told = _TOLD.get((change.field, change.after)) or _TOLD.get((change.field, None))
        if told and change.after is not None:
            yield OrderEvent(
                at=entry.at,
                text=f"{told}: {asset.quantity} × {asset.friendly_name or asset.name}",
                actor=entry.actor,
                list="assets",
                id=asset.id,
            )
