"""What Saleor took back of an order by itself, read from the order as it stands.

Saleor says it in two places: fulfilments that were returned or refunded, and granted refunds that
went through. A line counts only when all of its pieces came back; licences go back whole or not at
all, so of anything less staff decide.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Node = Mapping[str, Any]

#: States of a fulfilment whose pieces are no longer with the buyer, or no longer paid for.
TAKEN_BACK = frozenset({"RETURNED", "REFUNDED", "REFUNDED_AND_RETURNED"})
CANCELED = frozenset({"CANCELED"})
#: State of a granted refund for which the money went back.
_DONE = frozenset({"SUCCESS"})


def returned_lines(order: Node, states: Collection[str] = TAKEN_BACK) -> tuple[str, ...]:
    """Ids of the lines whose every piece stands in fulfilments of those states."""
    return _whole(order, _lines(order.get("fulfillments"), states))


def refunded_lines(order: Node) -> tuple[str, ...]:
    """Ids of the lines whose every piece was refunded by granted refunds that name the line."""
    return _whole(order, _lines(order.get("grantedRefunds"), _DONE))


def _lines(parts: Iterable[Node] | None, states: Collection[str]) -> Iterable[Node]:
    for part in parts or ():
        if part.get("status") in states:
            yield from part.get("lines") or ()


def _whole(order: Node, lines: Iterable[Node]) -> tuple[str, ...]:
    pieces: Counter[str] = Counter()
    for line in lines:
        of = line.get("orderLine")
        if of:
            pieces[of["id"]] += line["quantity"]
    return tuple(
        line["id"] for line in order["lines"] if 0 < line["quantity"] <= pieces[line["id"]]
    )
