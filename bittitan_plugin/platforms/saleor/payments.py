"""How much an order's payments can still pay back, and how a refund is spread over them.

A granted refund belongs to one transaction and cannot exceed what that one charged (Saleor's
rule since 3.21), so an order that was paid in parts is paid back in parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.saleor.orders import money_of

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """An amount from one transaction."""

    transaction_id: str
    amount: Decimal


def spread(order: Node, amount: Decimal) -> list[Part]:
    """The amount in as few parts as it takes, the fullest payment first.

    Together the parts are less than ``amount`` where the payments do not cover it.
    """
    parts, left = [], amount
    for transaction_id, available in sorted(_available(order).items(), key=lambda each: -each[1]):
        part = min(left, available)
        if part > 0:
            parts.append(Part(transaction_id, part))
            left -= part
    return parts


def refunded_ungranted(order: Node) -> Decimal:
    """What payment apps paid back without a granted refund in Saleor."""
    refunded = sum(
        (amount_of(each["refundedAmount"]) for each in order["transactions"]), Decimal(0)
    )
    granted = total_of(each for each in order["grantedRefunds"] if each["status"] == "SUCCESS")
    return max(refunded - granted, Decimal(0))


def received(order: Node) -> Decimal:
    """All that was ever paid. A refund under way is neither charged nor refunded."""
    parts = ("totalCharged", "totalRefunded", "totalRefundPending")
    return sum((amount_of(order[part]) for part in parts), Decimal(0))


def refunded_of(order: Node) -> Money:
    """What was paid back of the order's total; a returned overpayment is not counted."""
    total, refunded = order["total"]["gross"], money_of(order["totalRefunded"])
    missing = amount_of(total) - amount_of(order["totalCharged"])
    missing -= amount_of(order["totalRefundPending"])
    return Money(min(refunded.amount, max(missing, Decimal(0))), refunded.currency)


def by_gift_card(order: Node) -> Decimal:
    """What gift cards paid: lines and shipping show full prices, the total only the rest."""
    parts = (*(line["totalPrice"] for line in order["lines"]), order["shippingPrice"])
    full = sum((amount_of(part["gross"]) for part in parts), Decimal(0))
    return max(full - amount_of(order["total"]["gross"]), Decimal(0))


def total_of(grants: Iterable[Node]) -> Decimal:
    """The sum of these granted refunds, failed ones included: they may be requested again."""
    return sum((amount_of(each["amount"]) for each in grants), Decimal(0))


def amount_of(value: Node) -> Decimal:
    """The number of an amount."""
    return money_of(value).amount


def _available(order: Node) -> dict[str, Decimal]:
    """By transaction, the amount that is charged and not promised.

    Refunds under way or paid back are already subtracted from the charged amount; refunds that
    were only granted, or that failed and may be requested again, are not.
    """
    charged = {each["id"]: amount_of(each["chargedAmount"]) for each in order["transactions"]}
    for grant in order["grantedRefunds"]:
        key = (grant["transaction"] or {}).get("id")
        if key in charged and grant["status"] in {"NONE", "FAILURE"}:
            charged[key] -= amount_of(grant["amount"])
    return charged
