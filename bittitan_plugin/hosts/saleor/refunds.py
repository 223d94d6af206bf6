"""Money back at Saleor: one granted refund for each credit, and its payment app asked to pay it.

A granted refund has no metadata, so the credit's key stands at the end of its reason: that is how
it is found again after a lost answer. Saleor itself refuses to ask twice for the same one.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bittitan_plugin.domain.billing import Credit
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.money import Money
from bittitan_plugin.hosts.saleor.client import SaleorClient
from bittitan_plugin.hosts.saleor.fulfilling import take_back
from bittitan_plugin.hosts.saleor.orders import money_of

Node = Mapping[str, Any]

#: Saleor's answers when the refund has been asked for already. From its schema.
_ASKED = frozenset({"REFUND_IS_PENDING", "REFUND_ALREADY_PROCESSED"})
_NOBODY_LISTENS = "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"


def refund(client: SaleorClient, credit: Credit) -> None:
    """Return the line's delivery, grant the refund once, and ask for it until it is under way.

    What Saleor's own refunds have given back is not given back again. Raises ``Rejected``
    REFUND_BY_HAND where no payment app can pay it back, so that staff are told to.
    """
    order = client.execute("order_refunds", {"id": credit.order_id})["order"]
    line = _line(order, credit)
    take_back(client, order, credit.order_line_id)
    grant = _granted(order, credit)
    if grant is None:
        amount = _left(order, line, credit)
        if amount <= 0:
            return
        grant = _grant(client, order, line, credit, amount)
    if grant["status"] in {"NONE", "FAILURE"}:
        _request(client, order, credit, grant["id"])


def _line(order: Node | None, credit: Credit) -> Node:
    lines = order["lines"] if order else ()
    line: Node | None = next((n for n in lines if n["id"] == credit.order_line_id), None)
    if order is None or line is None:
        raise Rejected(
            "NOT_FOUND", f"Saleor has no line {credit.order_line_id} in an order {credit.order_id}."
        )
    currency = order["total"]["gross"]["currency"]
    if currency != credit.amount.currency:
        raise Rejected("INVALID", f"The order is in {currency}, not {credit.amount.currency}.")
    return line


def _granted(order: Node, credit: Credit) -> Node | None:
    mark = _mark(credit)
    grants = order["grantedRefunds"]
    return next((each for each in grants if (each["reason"] or "").endswith(mark)), None)


def _mark(credit: Credit) -> str:
    return f"[{credit.key}]"


def _left(order: Node, line: Node, credit: Credit) -> Decimal:
    """What is still to be given back of the credit; never more than line and order cost."""
    grants = order["grantedRefunds"]
    of_line = [each for each in grants if _lines_of(each) == {line["id"]}]
    left = min(
        _amount(line["totalPrice"]["gross"]) - _sum(of_line),
        _amount(order["total"]["gross"]) - _sum(grants),
    )
    if _is_paid_back(order):
        return Decimal(0)
    return min(credit.amount.amount, left)


def _is_paid_back(order: Node) -> bool:
    """Whether all that was ever charged has gone back."""
    transactions = order["transactions"]
    charged = any(_amount(each["chargedAmount"]) > 0 for each in transactions)
    return not charged and any(_amount(each["refundedAmount"]) > 0 for each in transactions)


def _grant(client: SaleorClient, order: Node, line: Node, credit: Credit, amount: Decimal) -> Node:
    wanted: dict[str, object] = {
        "amount": str(amount),
        "reason": f"{credit.reason} {_mark(credit)}",
        "transactionId": _transaction(order, Money(amount, credit.amount.currency)),
    }
    if not any(line["id"] in _lines_of(each) for each in order["grantedRefunds"]):
        wanted["lines"] = [{"id": line["id"], "quantity": line["quantity"]}]
    data = client.execute("refund_grant", {"order": order["id"], "input": wanted})
    granted: Node = data["orderGrantRefundCreate"]["grantedRefund"]
    return granted


def _transaction(order: Node, amount: Money) -> str:
    """The payment that can give it back: the fullest, and one has to be enough (Saleor's rule)."""
    transactions = sorted(order["transactions"], key=lambda each: -_amount(each["chargedAmount"]))
    if not transactions:
        raise _by_hand(order, amount, "it was not paid through a payment app")
    if _amount(transactions[0]["chargedAmount"]) < amount.amount:
        raise _by_hand(order, amount, "none of its payments is large enough")
    return str(transactions[0]["id"])


def _request(client: SaleorClient, order: Node, credit: Credit, grant_id: str) -> None:
    try:
        client.execute("refund_request", {"grantedRefund": grant_id})
    except Rejected as rejection:
        if rejection.code == _NOBODY_LISTENS:
            why = "no payment app answers refunds; the granted refund stands on the order"
            raise _by_hand(order, credit.amount, why) from rejection
        if rejection.code not in _ASKED:
            raise


def _by_hand(order: Node, amount: Money, why: str) -> Rejected:
    return Rejected(
        "REFUND_BY_HAND", f"Pay {amount} of order {order['number']} back by hand: {why}."
    )


def _lines_of(grant: Node) -> set[str]:
    return {each["orderLine"]["id"] for each in grant["lines"] or ()}


def _sum(grants: list[Node]) -> Decimal:
    # One that failed may be asked for again, so it counts too.
    return sum((_amount(each["amount"]) for each in grants), Decimal(0))


def _amount(value: Node) -> Decimal:
    return money_of(value).amount
