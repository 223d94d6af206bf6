"""Pays money back at Saleor: grants refunds for each credit, and asks payment apps to pay them.

Each payment that is needed gets one, mostly a single one. A granted refund has no metadata, so the
credit's key is at the end of its reason, by which it is found again after a lost answer.
Saleor itself refuses to ask twice for the same one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bittitan_plugin.domain.billing import Credit, Refund, RefundStatus
from bittitan_plugin.domain.errors import PlatformRejected, Rejected
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.fulfilling import take_back
from bittitan_plugin.platforms.saleor.payments import (
    Part,
    amount_of,
    by_gift_card,
    received,
    refunded_ungranted,
    spread,
    total_of,
)

Node = Mapping[str, Any]

#: Saleor's answers when the refund has been asked for already. From its schema.
_ASKED = frozenset({"REFUND_IS_PENDING", "REFUND_ALREADY_PROCESSED"})
_NOBODY_LISTENS = "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"


def refund(client: SaleorClient, credit: Credit) -> Refund:
    """Return the line's delivery, grant the refund once, and request it until it is under way.

    What Saleor's own refunds paid back is not paid again, nor what was never received. What
    payment apps can pay is requested even where a part is left to staff.
    """
    order, line = _read(client, credit)
    take_back(client, order, credit.order_line_id)
    grants = _granted(order, credit)
    for grant in grants:
        _ask(client, grant)
    for part in spread(order, _left(order, line, credit).payable):
        grant = _grant(client, order, line, credit, part, is_first=not grants)
        grants.append(grant)
        _ask(client, grant)
    return refund_of(client, credit)


def refund_of(client: SaleorClient, credit: Credit) -> Refund:
    """How far the credit's refund is, read from the order as it is now."""
    order, line = _read(client, credit)
    grants, left = _granted(order, credit), _left(order, line, credit)
    unheard = [each for each in grants if each["status"] == "NONE"]
    under_way = [each for each in grants if each["status"] != "NONE"]
    uncovered = left.payable - sum((p.amount for p in spread(order, left.payable)), Decimal(0))
    by_hand = uncovered + left.by_gift_card + total_of(unheard)
    currency = credit.amount.currency
    failed = [each for each in under_way if each["status"] == "FAILURE"]
    reasons = (
        f"the payment app refused {Money(total_of(failed), currency)}" if failed else "",
        _why_uncovered(order, Money(uncovered, currency)),
        _why(left.by_gift_card, currency, "was paid by gift card"),
        _why(
            total_of(unheard),
            currency,
            "is granted on the order, where no payment app answers refunds",
        ),
    )
    return Refund(
        status=_status(under_way),
        amount=Money(total_of(under_way), currency),
        by_hand=Money(by_hand, currency),
        reason="; ".join(reason for reason in reasons if reason),
    )


@dataclass(frozen=True)
class _Left:
    """The amounts that no granted refund covers yet."""

    #: The part that payments can pay back.
    payable: Decimal
    #: The part that they cannot pay back, because a gift card paid it.
    by_gift_card: Decimal


def _read(client: SaleorClient, credit: Credit) -> tuple[Node, Node]:
    order: Node | None = client.execute("order_refunds", {"id": credit.order_id})["order"]
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
    return order, line


def _granted(order: Node, credit: Credit) -> list[Node]:
    """The refunds granted for this credit before."""
    mark = _mark(credit)
    return [each for each in order["grantedRefunds"] if (each["reason"] or "").endswith(mark)]


def _mark(credit: Credit) -> str:
    return f"[{credit.key}]"


def _left(order: Node, line: Node, credit: Credit) -> _Left:
    """What is still to be paid back: of the line no more than it cost, of the order no more than
    was received. Saleor's total is the rest after gift cards, while lines show full prices.
    """
    mark, grants = _mark(credit), order["grantedRefunds"]
    of_line = [
        each
        for each in grants
        if _lines_of(each) == {line["id"]} or (each["reason"] or "").endswith(mark)
    ]
    cost = min(credit.amount.amount, amount_of(line["totalPrice"]["gross"]))
    due = max(cost - total_of(of_line), Decimal(0))
    given = total_of(grants) + refunded_ungranted(order)
    payable = max(min(due, amount_of(order["total"]["gross"]), received(order) - given), Decimal(0))
    return _Left(payable=payable, by_gift_card=min(due - payable, by_gift_card(order)))


def _grant(
    client: SaleorClient, order: Node, line: Node, credit: Credit, part: Part, *, is_first: bool
) -> Node:
    wanted: dict[str, object] = {
        "amount": str(part.amount),
        "reason": f"{credit.reason} {_mark(credit)}",
        "transactionId": part.transaction_id,
    }
    # Saleor counts a line's pieces over all grants, so only the first grant can name them.
    if is_first and not any(line["id"] in _lines_of(each) for each in order["grantedRefunds"]):
        wanted["lines"] = [{"id": line["id"], "quantity": line["quantity"]}]
    data = client.execute("refund_grant", {"order": order["id"], "input": wanted})
    granted: Node = data["orderGrantRefundCreate"]["grantedRefund"]
    return granted


def _ask(client: SaleorClient, grant: Node) -> None:
    """Ask the payment app to pay it, unless it is under way or no app can."""
    if grant["status"] not in {"NONE", "FAILURE"}:
        return
    try:
        client.execute("refund_request", {"grantedRefund": grant["id"]})
    except Rejected as rejection:
        if rejection.code not in {*_ASKED, _NOBODY_LISTENS}:
            raise


def _status(grants: Iterable[Node]) -> RefundStatus:
    statuses = {each["status"] for each in grants}
    if not statuses:
        return RefundStatus.NOTHING
    if "FAILURE" in statuses:
        return RefundStatus.FAILED
    return RefundStatus.PAID if statuses == {"SUCCESS"} else RefundStatus.ASKED


def _why_uncovered(order: Node, uncovered: Money) -> str:
    if order["transactions"]:
        return _why(uncovered.amount, uncovered.currency, "is not covered by its payments")
    return _why(uncovered.amount, uncovered.currency, "was not paid through a payment app")


def _why(amount: Decimal, currency: str, reason: str) -> str:
    return f"{Money(amount, currency)} {reason}" if amount > 0 else ""


def _lines_of(grant: Node) -> set[str]:
    return {each["orderLine"]["id"] for each in grant["lines"] or ()}
