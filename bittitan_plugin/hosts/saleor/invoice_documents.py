"""What is printed on an invoice or credit invoice of ours, read from Saleor when somebody looks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bittitan_plugin.domain.money import Money
from bittitan_plugin.hosts.saleor.client import SaleorClient
from bittitan_plugin.hosts.saleor.invoices import AMOUNT, CREDIT, LINE, REASON
from bittitan_plugin.hosts.saleor.orders import metadata_of, money_of

Node = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Position:
    """One line of it."""

    name: str
    sku: str
    quantity: int
    unit_price: Money
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
    positions: tuple[Position, ...]
    total: Money
    #: Of an invoice: the tax within the total.
    tax: Money | None = None
    #: Of a credit invoice: why.
    reason: str | None = None


def read_document(client: SaleorClient, order_id: str, number: str) -> InvoiceDocument | None:
    """The invoice of that order with that number; None when Saleor has it no more."""
    order = client.execute("invoice_document", {"id": order_id})["order"]
    invoice = next((i for i in order["invoices"] if i["number"] == number), None) if order else None
    if invoice is None:
        return None
    marks = metadata_of(invoice["privateMetadata"])
    is_credit = CREDIT in marks
    lines = [n for n in order["lines"] if not is_credit or n["id"] == marks.get(LINE)]
    return InvoiceDocument(
        number=number,
        is_credit=is_credit,
        order_number=str(order["number"]),
        ordered_at=datetime.fromisoformat(order["created"]),
        billed_to=tuple(_billed_to(order)),
        positions=tuple(_position(line) for line in lines),
        total=_credited(marks) if is_credit else money_of(order["total"]["gross"]),
        tax=None if is_credit else money_of(order["total"]["tax"]),
        reason=marks.get(REASON),
    )


def _position(line: Node) -> Position:
    return Position(
        name=line["productName"],
        sku=line["productSku"] or "",
        quantity=line["quantity"],
        unit_price=money_of(line["unitPrice"]["gross"]),
        total=money_of(line["totalPrice"]["gross"]),
    )


def _credited(marks: Mapping[str, str]) -> Money:
    amount, currency = marks[AMOUNT].split(" ")
    return Money.of(amount, currency)


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
