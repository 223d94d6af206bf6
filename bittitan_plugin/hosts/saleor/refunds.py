"""Money back at Saleor: granted refunds for each credit, and the payment apps asked to pay them.

One for each payment it takes, mostly a single one. A granted refund has no metadata, so the
credit's key stands at the end of its reason: that is how it is found again after a lost answer.
Saleor itself refuses to ask twice for the same one.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bittitan_plugin.domain.billing import Credit
from bittitan_plugin.domain.errors import PlatformRejected, Rejected
from bittitan_plugin.domain.money import Money
from bittitan_plugin.hosts.saleor.client import SaleorClient
from bittitan_plugin.hosts.saleor.fulfilling import take_back
from bittitan_plugin.hosts.saleor.payments import (
    Part,
    amount_of,
    refunded_ungranted,
    spread,
    total_of,
)

Node = Mapping[str, Any]

#: Saleor's answers when the refund has been asked for already. From its schema.
_ASKED = frozenset({"REFUND_IS_PENDING", "REFUND_ALREADY_PROCESSED"})
_NOBODY_LISTENS = "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"


def refund(client: SaleorClient, credit: Credit) -> None:
    """Return the line's delivery, grant the refund once, and ask for it until it is under way.

    What Saleor's own refunds have given back is not given back again. Raises ``Rejected``
    REFUND_BY_HAND where payment apps cannot pay it back, or not all of it, so that staff are told
    how much is left to them; what apps can pay is asked for all the same.
    """
    order = client.execute("order_refunds", {"id": credit.order_id})["order"]
    line = _line(order, credit)
    take_back(client, order, credit.order_line_id)
    grants = _granted(order, credit)
    left = _left(order, line, credit, total_of(grants))
    unheard = sum((_ask(client, grant) for grant in grants), Decimal(0))
    for part in spread(order, left):
        grant = _grant(client, order, line, credit, part, is_first=not grants)
        grants.append(grant)
        left -= part.amount
        unheard += _ask(client, grant)
    _tell_staff(order, credit.amount.currency, left, unheard)


def _line(order: Node | None, credit: Credit) -> Node:
    lines = order["lines"] if order else ()
    line: Node | None = next((n for n in lines if n["id"] == credit.order_line_id), None)
    if order is None or line is None:
        raise PlatformRejected(
            "NOT_FOUND", f"Saleor has no line {credit.order_line_id} in an order {credit.order_id}."
        )
    currency = order["total"]["gross"]["currency"]
    if currency != credit.amount.currency:
        raise PlatformRejected(
            "INVALID", f"The order is in {currency}, not {credit.amount.currency}."
        )
    return line


def _granted(order: Node, credit: Credit) -> list[Node]:
    """What was granted for this credit before."""
    mark = _mark(credit)
    return [each for each in order["grantedRefunds"] if (each["reason"] or "").endswith(mark)]


def _mark(credit: Credit) -> str:
    return f"[{credit.key}]"


def _left(order: Node, line: Node, credit: Credit, ours: Decimal) -> Decimal:
    """What is still to be given back of the credit; never more than line and order cost."""
    mark, grants = _mark(credit), order["grantedRefunds"]
    of_line = [
        each
        for each in grants
        if _lines_of(each) == {line["id"]} or (each["reason"] or "").endswith(mark)
    ]
    left = min(
        credit.amount.amount - ours,
        amount_of(line["totalPrice"]["gross"]) - total_of(of_line),
        amount_of(order["total"]["gross"]) - total_of(grants) - refunded_ungranted(order),
    )
    return max(left, Decimal(0))


def _grant(
    client: SaleorClient, order: Node, line: Node, credit: Credit, part: Part, *, is_first: bool
) -> Node:
    wanted: dict[str, object] = {
        "amount": str(part.amount),
        "reason": f"{credit.reason} {_mark(credit)}",
        "transactionId": part.transaction_id,
    }
    # Saleor counts a line's pieces over all grants, so only the first can name them.
    if is_first and not any(line["id"] in _lines_of(each) for each in order["grantedRefunds"]):
        wanted["lines"] = [{"id": line["id"], "quantity": line["quantity"]}]
    data = client.execute("refund_grant", {"order": order["id"], "input": wanted})
    granted: Node = data["orderGrantRefundCreate"]["grantedRefund"]
    return granted


def _ask(client: SaleorClient, grant: Node) -> Decimal:
    """Have the payment app pay it, unless it is under way. Returns what no app would pay."""
    if grant["status"] not in {"NONE", "FAILURE"}:
        return Decimal(0)
    try:
        client.execute("refund_request", {"grantedRefund": grant["id"]})
    except Rejected as rejection:
        if rejection.code == _NOBODY_LISTENS:
            return amount_of(grant["amount"])
        if rejection.code not in _ASKED:
            raise
    return Decimal(0)


def _tell_staff(order: Node, currency: str, uncovered: Decimal, unheard: Decimal) -> None:
    if uncovered + unheard <= 0:
        return
    if not order["transactions"]:
        why = "it was not paid through a payment app"
    elif uncovered > 0:
        why = "its payments do not cover it"
    else:
        why = "no payment app answers refunds; the granted refund stands on the order"
    amount = Money(uncovered + unheard, currency)
    raise PlatformRejected(
        "REFUND_BY_HAND", f"Pay {amount} of order {order['number']} back by hand: {why}."
    )


def _lines_of(grant: Node) -> set[str]:
    return {each["orderLine"]["id"] for each in grant["lines"] or ()}
