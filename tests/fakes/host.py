"""A commerce platform in memory: what it was told and asked, to be looked at afterwards."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock
from uuid import UUID, uuid4

from bittitan_plugin.domain.billing import Credit, InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import PlatformVariant, ProductType
from bittitan_plugin.domain.errors import BitTitanError, Rejected
from bittitan_plugin.domain.importing import brought_up_to_date
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import (
    Customer,
    EndCustomer,
    Order,
    OrderLine,
    OrderStatus,
    UnreadableOrder,
)
from bittitan_plugin.ports.platform import FulfilledLine, Offer, Presentation, TypeDefinition


@dataclass
class FakePlatform:
    """Implements the ``Platform`` port. Each of ``failures[method]`` is raised once, in order."""

    orders: dict[str, Order] = field(default_factory=dict)
    #: What the platform has beside these and nobody can read.
    unreadable: list[UnreadableOrder] = field(default_factory=list)
    invoices: dict[str, InvoiceReference] = field(default_factory=dict)
    deliveries: list[FulfilledLine] = field(default_factory=list)
    credits: dict[str, InvoiceReference] = field(default_factory=dict)
    credited: dict[str, Money] = field(default_factory=dict)
    refunds: dict[str, Credit] = field(default_factory=dict)
    #: What becomes of the money that was asked back.
    pays_back: RefundStatus = RefundStatus.PAID
    customers: dict[str, Customer] = field(default_factory=dict)
    #: From when on an order is to be invoiced, where that is not at once.
    deferred: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, deque[BitTitanError]] = field(default_factory=dict)
    invoicing: bool = True
    #: When orders are placed.
    clock: Callable[[], datetime] = lambda: datetime(2026, 3, 10, tzinfo=UTC)
    product_types: dict[str, TypeDefinition] = field(default_factory=dict)
    #: The ids of the variants in each group.
    groups: dict[str, set[str]] = field(default_factory=dict)
    #: The variants of our types, by id.
    sold: dict[str, PlatformVariant] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def place(self, *lines: OrderLine, paid: bool = True, customer: str = "customer-1") -> Order:
        """An order of this customer, held by the platform."""
        order = Order(
            id=f"order-{uuid4().hex[:12]}",
            number=str(len(self.orders) + 1),
            status=OrderStatus.CONFIRMED,
            fully_paid=paid,
            customer=Customer(id=customer, email=f"{customer}@example.com", company="Contoso"),
            recipient_email=f"{customer}@example.com",
            lines=lines,
            created_at=self.clock(),
        )
        self.orders[order.id] = order
        return order

    def change(self, order: Order, **values: object) -> Order:
        """The platform's order takes other values."""
        self.orders[order.id] = replace(order, **values)  # type: ignore[arg-type]
        return self.orders[order.id]

    def order(self, order_id: str) -> Order | None:
        self._fail("order")
        return self.orders.get(order_id)

    def orders_since(
        self,
        since: datetime,  # noqa: ARG002 - everything here is new
    ) -> Iterator[Sequence[Order | UnreadableOrder]]:
        self._fail("orders_since")
        found: list[Order | UnreadableOrder] = [*self.orders.values(), *self.unreadable]
        for start in range(0, len(found), 100):
            yield found[start : start + 100]

    def customer(self, customer_id: str) -> Customer | None:
        self._fail("customer")
        return self.customers.get(customer_id)

    def due_for_invoice(self, now: datetime) -> list[str]:
        self._fail("due_for_invoice")
        due = (order_id for order_id, day in self.deferred.items() if day <= now)
        return [order_id for order_id in due if order_id not in self.invoices]

    def invoice(self, order_id: str) -> InvoiceReference | None:
        self._fail("invoice")
        if not self.invoicing:
            return None
        with self._lock:
            number = f"INV-{len(self.invoices) + 1}"
            made = InvoiceReference(id=f"invoice-{uuid4().hex[:8]}", number=number)
            return self.invoices.setdefault(order_id, made)

    def fulfilled(self, line: FulfilledLine) -> None:
        self._fail("fulfilled")
        with self._lock:
            if line not in self.deliveries:
                self.deliveries.append(line)

    def license_page(self, asset_id: UUID) -> str | None:  # noqa: ARG002 - it has no portal
        return None

    def credit(self, credit: Credit) -> InvoiceReference | None:
        self._fail("credit")
        with self._lock:
            invoiced = self.invoicing and credit.order_id not in self.deferred
            if not invoiced and credit.order_id not in self.invoices:
                return None
            number = f"CR-{len(self.credits) + 1}"
            made = InvoiceReference(id=f"credit-{uuid4().hex[:8]}", number=number)
            self.credited.setdefault(credit.key, credit.amount)
            return self.credits.setdefault(credit.key, made)

    def refund(self, credit: Credit) -> Refund:
        self._fail("refund")
        with self._lock:
            self.refunds.setdefault(credit.key, credit)
        return self.refund_of(credit)

    def refund_of(self, credit: Credit) -> Refund:
        self._fail("refund_of")
        nothing = Money.of(0, credit.amount.currency)
        if credit.key not in self.refunds:
            return Refund(status=RefundStatus.NOTHING, amount=nothing, by_hand=nothing)
        reason = "The card is blocked." if self.pays_back is RefundStatus.FAILED else ""
        return Refund(status=self.pays_back, amount=credit.amount, by_hand=nothing, reason=reason)

    def ensure_product_types(self, definitions: Sequence[TypeDefinition]) -> frozenset[str]:
        self._fail("ensure_product_types")
        made = {each.slug for each in definitions} - set(self.product_types)
        for definition in definitions:
            self.product_types.setdefault(definition.slug, definition)
        return frozenset(made)

    def ensure_group(self, name: str) -> None:
        self._fail("ensure_group")
        self.groups.setdefault(name, set())

    def present(
        self, presentations: Sequence[Presentation], group: str
    ) -> Mapping[str, PlatformVariant]:
        self._fail("present")
        shown = {}
        for wanted in presentations:
            found = self._variant(wanted.variant_id, wanted.sku, wanted.product_type)
            if found is None and wanted.is_new:
                price = wanted.listed.price
                found = self.sell(wanted.sku, wanted.product_type, wanted.listed.name, price)
                self.groups[group].add(found.variant_id)
            elif found is not None:
                name, prices = brought_up_to_date(
                    found.name, found.prices, before=wanted.previous, now=wanted.listed
                )
                found = replace(found, name=name, prices=prices)
                self.sold[found.variant_id] = found
            if found is not None:
                shown[wanted.sku] = found
        return shown

    def variants(
        self, product_types: Collection[ProductType]
    ) -> Iterator[Sequence[PlatformVariant]]:
        self._fail("variants")
        yield [variant for variant in self.sold.values() if variant.product_type in product_types]

    def offer(self, offer: Offer, group: str) -> PlatformVariant:
        self._fail("offer")
        found = self._variant(offer.variant_id, offer.sku, offer.product_type)
        if found is None and offer.variant_id is not None:
            raise Rejected("NOT_FOUND", "The platform has no such variant.", field="variant_id")
        if found is None:
            found = self.sell(offer.sku, offer.product_type, offer.name or "")
            self.groups.setdefault(group, set()).add(found.variant_id)
        values = {"name": offer.name, "prices": offer.prices, "published": offer.published}
        given = {name: value for name, value in values.items() if value is not None}
        self.sold[found.variant_id] = replace(found, **given)  # type: ignore[arg-type]
        return self.sold[found.variant_id]

    def withdraw(self, variant_id: str) -> None:
        self._fail("withdraw")
        if variant_id in self.sold:
            self.sold[variant_id] = replace(self.sold[variant_id], published=False)

    def sell(
        self, sku: str, product_type: ProductType, name: str = "", *prices: Money
    ) -> PlatformVariant:
        """A variant of one of our types, as if staff had made it on the platform."""
        variant = PlatformVariant(
            variant_id=f"variant-{uuid4().hex[:8]}",
            product_id=f"product-{uuid4().hex[:8]}",
            product_type=product_type,
            sku=sku,
            name=name or product_type.label,
            prices={price.currency: price for price in prices},
            published=False,
        )
        self.sold[variant.variant_id] = variant
        return variant

    def _variant(
        self, variant_id: str | None, sku: str, product_type: ProductType
    ) -> PlatformVariant | None:
        if variant_id in self.sold:
            return self.sold[variant_id]
        same = (v for v in self.sold.values() if (v.sku, v.product_type) == (sku, product_type))
        return next(same, None)

    def _fail(self, method: str) -> None:
        waiting = self.failures.get(method)
        if waiting:
            raise waiting.popleft()


def line(
    variant_id: str | None = "variant-mailbox",
    quantity: int = 25,
    price: str = "14.00",
    currency: str = "USD",
    total: str | None = None,
    **values: object,
) -> OrderLine:
    """A line of mailbox licences unless told otherwise; what it costs need be no product."""
    defaults: dict[str, object] = {
        "id": f"line-{uuid4().hex[:12]}",
        "sku": "MW-MAILBOX",
        "product_name": "BitTitan Mailbox License",
        "product_type": "bittitan-mailbox-license",
        "end_customer": None,
    }
    return OrderLine(
        variant_id=variant_id,
        quantity=quantity,
        unit_price=Money(Decimal(price), currency),
        total=Money(Decimal(total or Decimal(price) * quantity), currency),
        **{**defaults, **values},  # type: ignore[arg-type]
    )


def end_customer(email: str = "it@fabrikam.example", name: str = "Fabrikam") -> EndCustomer:
    """For whom a reseller buys."""
    return EndCustomer(email=email, name=name)
