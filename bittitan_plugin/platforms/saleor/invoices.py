"""Makes invoices at Saleor, which stores a number and a link for each and leaves both to apps.

Each invoice or credit invoice of ours has a mark in its private metadata, written together with
it, by which it is found again after a lost answer. The link leads to a page of ours.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bittitan_plugin.domain.billing import Credit, InvoiceReference
from bittitan_plugin.domain.errors import PlatformRejected
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.order_lease import OrderLease
from bittitan_plugin.platforms.saleor.orders import metadata_of

Node = Mapping[str, Any]

#: Marks of an invoice of ours: its order, or the credit's key, line and amount.
ORDER, CREDIT = "bittitan.invoice_of", "bittitan.credit"
LINE, AMOUNT, REASON = "bittitan.credit_line", "bittitan.credit_amount", "bittitan.credit_reason"
#: Saleor makes no invoice of an order in these states. From its documentation.
_TOO_EARLY = frozenset({"DRAFT", "UNCONFIRMED", "EXPIRED"})

#: The address of the page that shows an order's invoice with that number.
Link = Callable[[str, str], str]


def reference(invoice: Node) -> InvoiceReference:
    """An invoice that has a number."""
    return InvoiceReference(id=invoice["id"], number=invoice["number"], url=invoice["url"])


def invoice_among(invoices: Iterable[Node]) -> InvoiceReference | None:
    """The first with a number that is not one of our credit invoices."""
    return next((reference(each) for each in invoices if _is_issued(each)), None)


def order_invoice(
    client: SaleorClient, order_id: str, link: Link, turn: OrderLease, *, issues: bool
) -> InvoiceReference | None:
    """The order's invoice. If the plugin ``issues`` invoices, a requested one is completed.

    Then a missing one is made too, holding the order's ``turn`` against its other lines. Raises
    ``Rejected`` NOT_FOUND, or NOT_READY for an order without a billing address; ``Unavailable``
    while another line holds the turn; and what ``SaleorClient.execute`` raises.
    """
    order = _order(client, order_id)
    known, asked = invoice_among(order["invoices"]), _asked(order)
    if not issues or order["status"] in _TOO_EARLY or (known and not asked):
        return known
    with turn(order_id):
        order = _order(client, order_id)
        known = invoice_among(order["invoices"])
        for each in _asked(order):
            known = _complete(client, order, each, link, known)
        return known or _create(client, order, f"INV-{order['number']}", link, {ORDER: order_id})


def credit_invoice(client: SaleorClient, credit: Credit, link: Link) -> InvoiceReference | None:
    """The credit invoice for ``credit.key``; made if there is none and the order was invoiced.

    Raises what ``order_invoice`` raises.
    """
    order = _order(client, credit.order_id)
    for invoice in order["invoices"]:
        if metadata_of(invoice["privateMetadata"]).get(CREDIT) == credit.key:
            return reference(invoice)
    if invoice_among(order["invoices"]) is None:
        return None
    lines = [line["id"] for line in order["lines"]]
    if credit.order_line_id not in lines:
        raise PlatformRejected("NOT_FOUND", f"Order {order['number']} has no such line any more.")
    marks = {
        CREDIT: credit.key,
        LINE: credit.order_line_id,
        AMOUNT: f"{credit.amount.amount} {credit.amount.currency}",
        REASON: credit.reason,
    }
    number = f"CR-{order['number']}-{lines.index(credit.order_line_id) + 1}"
    return _create(client, order, number, link, marks)


def _order(client: SaleorClient, order_id: str) -> Node:
    order: Node | None = client.execute("order_invoices", {"id": order_id})["order"]
    if order is None:
        raise PlatformRejected("NOT_FOUND", f"Saleor has no order {order_id}.")
    return order


def _complete(
    client: SaleorClient, order: Node, invoice: Node, link: Link, known: InvoiceReference | None
) -> InvoiceReference:
    """Give a requested invoice its number; a second one gets the first one's number."""
    number = known.number if known else f"INV-{order['number']}"
    wanted = {
        "id": invoice["id"],
        "number": number,
        "url": known.url if known and known.url else link(order["id"], number),
        "marks": _entries({ORDER: order["id"]}),
    }
    made = reference(client.execute("invoice_update", wanted)["invoiceUpdate"]["invoice"])
    return known or made


def _create(
    client: SaleorClient, order: Node, number: str, link: Link, marks: Mapping[str, str]
) -> InvoiceReference:
    wanted = {
        "order": order["id"],
        "number": number,
        "url": link(order["id"], number),
        "marks": _entries(marks),
    }
    return reference(client.execute("invoice_create", wanted)["invoiceCreate"]["invoice"])


def _is_issued(invoice: Node) -> bool:
    return bool(invoice["number"]) and CREDIT not in metadata_of(invoice["privateMetadata"])


def _asked(order: Node) -> list[Node]:
    """The invoices that staff requested and that have no number yet."""
    return [i for i in order["invoices"] if not i["number"] and i["status"] == "PENDING"]


def _entries(marks: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in marks.items()]
