"""The contents of an invoice or credit invoice of ours, read from Saleor for each view."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bittitan_plugin.domain.money import SCALE, Money
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.invoices import AMOUNT, CREDIT, LINE, REASON
from bittitan_plugin.platforms.saleor.orders import metadata_of, money_of
from bittitan_plugin.platforms.saleor.payments import by_gift_card

Node = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Position:
    """One line of an invoice. Sums of a credit invoice are negative."""

    name: str
    sku: str
    quantity: int
    unit_price: Money
    #: A fraction: 0.19 is nineteen per cent.
    tax_rate: Decimal
    #: The tax within ``total``.
    tax: Money
    total: Money


@dataclass(frozen=True, kw_only=True)
class InvoiceDocument:
    """An invoice, or a credit invoice of one line."""

    number: str
    is_credit: bool
    order_number: str
    ordered_at: datetime
    #: Name and address, line by line.
    billed_to: tuple[str, ...]
    #: The lines; they add up to ``total``.
    positions: tuple[Position, ...]
    total: Money
    #: The tax within the total, by rate.
    taxes: Mapping[Decimal, Money]
    #: For an invoice: the part of the total that gift cards paid.
    by_gift_card: Money | None = None
    #: For a credit invoice: the reason.
    reason: str | None = None


def read_document(client: SaleorClient, order_id: str, number: str) -> InvoiceDocument | None:
    """The invoice of that order with that number; None when Saleor no longer has it."""
    order = client.execute("invoice_document", {"id": order_id})["order"]
    invoice = next((i for i in order["invoices"] if i["number"] == number), None) if order else None
    if invoice is None:
        return None
    marks = metadata_of(invoice["privateMetadata"])
    is_credit = CREDIT in marks
    positions = tuple(_credited(order, marks) if is_credit else _billed(order))
    currency = order["total"]["gross"]["currency"]
    gift = Money(by_gift_card(order), currency)
    return InvoiceDocument(
        number=number,
        is_credit=is_credit,
        order_number=str(order["number"]),
        ordered_at=datetime.fromisoformat(order["created"]),
        billed_to=tuple(_billed_to(order)),
        positions=positions,
        total=sum((each.total for each in positions), Money.of(0, currency)),
        taxes=_by_rate(positions),
        by_gift_card=None if is_credit or gift.is_zero else gift,
        reason=marks.get(REASON),
    )


def _billed(order: Node) -> Iterator[Position]:
    for line in order["lines"]:
        yield _position(line)
    shipping = order["shippingPrice"]
    if not money_of(shipping["gross"]).is_zero:
        yield Position(
            name="Shipping",
            sku="",
            quantity=1,
            unit_price=money_of(shipping["gross"]),
            tax_rate=_rate(order["shippingTaxRate"]),
            tax=money_of(shipping["tax"]),
            total=money_of(shipping["gross"]),
        )


def _credited(order: Node, marks: Mapping[str, str]) -> Iterator[Position]:
    """The credited line at its own rate, with the credit's share of the line's tax."""
    amount, currency = marks[AMOUNT].split(" ")
    credit = Money.of(amount, currency)
    for line in order["lines"]:
        if line["id"] == marks.get(LINE):
            position = _position(line)
            whole = position.total.amount
            part = credit.amount / whole if whole else Decimal(0)
            tax = Money(round(-position.tax.amount * part, SCALE), currency).rounded()
            yield replace(position, tax=tax, total=Money(-credit.amount, currency))


def _position(line: Node) -> Position:
    return Position(
        name=line["productName"],
        sku=line["productSku"] or "",
        quantity=line["quantity"],
        unit_price=money_of(line["unitPrice"]["gross"]),
        tax_rate=_rate(line["taxRate"]),
        tax=money_of(line["totalPrice"]["tax"]),
        total=money_of(line["totalPrice"]["gross"]),
    )


def _rate(value: float | None) -> Decimal:
    return Decimal(str(value or 0)).normalize()


def _by_rate(positions: Iterable[Position]) -> dict[Decimal, Money]:
    taxes: dict[Decimal, Money] = {}
    for each in positions:
        if not each.tax.is_zero:
            before = taxes.get(each.tax_rate)
            taxes[each.tax_rate] = each.tax if before is None else before + each.tax
    return taxes


def _billed_to(order: Node) -> Iterator[str]:
    address = order["billingAddress"]
    if address is None:
        yield order["userEmail"] or ""
        return
    lines = (
        address["companyName"],
        f"{address['firstName']} {address['lastName']}".strip(),
        address["streetAddress1"],
        address["streetAddress2"],
        f"{address['postalCode']} {address['city']}".strip(),
        address["country"]["country"],
    )
    yield from (line for line in lines if line)
