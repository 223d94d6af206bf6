"""A commerce platform in memory: what it was told and asked, to be looked at afterwards."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock
from uuid import uuid4

from bittitan_plugin.domain.billing import Credit, InvoiceReference
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, EndCustomer, Order, OrderLine, OrderStatus
from bittitan_plugin.hosts.port import FulfilledLine


@dataclass
class FakeHost:
    """Implements the ``Host`` port. Each of ``failures[method]`` is raised once, in order."""

    orders: dict[str, Order] = field(default_factory=dict)
    invoices: dict[str, InvoiceReference] = field(default_factory=dict)
    deliveries: list[FulfilledLine] = field(default_factory=list)
    credits: dict[str, InvoiceReference] = field(default_factory=dict)
    credited: dict[str, Money] = field(default_factory=dict)
    refunds: dict[str, Credit] = field(default_factory=dict)
    failures: dict[str, deque[BitTitanError]] = field(default_factory=dict)
    invoicing: bool = True
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
            created_at=datetime(2026, 3, 10, tzinfo=UTC),
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

    def credit(self, credit: Credit) -> InvoiceReference:
        self._fail("credit")
        with self._lock:
            number = f"CR-{len(self.credits) + 1}"
            made = InvoiceReference(id=f"credit-{uuid4().hex[:8]}", number=number)
            self.credited.setdefault(credit.key, credit.amount)
            return self.credits.setdefault(credit.key, made)

    def refund(self, credit: Credit) -> None:
        self._fail("refund")
        with self._lock:
            self.refunds.setdefault(credit.key, credit)

    def _fail(self, method: str) -> None:
        waiting = self.failures.get(method)
        if waiting:
            raise waiting.popleft()


def line(
    variant_id: str | None = "variant-mailbox",
    quantity: int = 25,
    price: str = "14.00",
    currency: str = "USD",
    **values: object,
) -> OrderLine:
    """A line of mailbox licences unless told otherwise."""
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
        **{**defaults, **values},  # type: ignore[arg-type]
    )


def end_customer(email: str = "it@fabrikam.example", name: str = "Fabrikam") -> EndCustomer:
    """For whom a reseller buys."""
    return EndCustomer(email=email, name=name)
