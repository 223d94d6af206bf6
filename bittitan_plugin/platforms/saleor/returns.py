"""Finds what Saleor itself took back of an order, in the order as it is now.

Saleor shows it in two places: fulfilments that were returned or refunded, and granted refunds that
succeeded. A line counts only when all of its pieces came back: licences go back whole or not at
all, so staff decide about parts of a line.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Node = Mapping[str, Any]

#: States of a fulfilment when its pieces are no longer with the buyer, or no longer paid for.
TAKEN_BACK = frozenset({"RETURNED", "REFUNDED", "REFUNDED_AND_RETURNED"})
#: Something else was sent instead of these pieces, with another order.
REPLACED = frozenset({"REPLACED"})
CANCELED = frozenset({"CANCELED"})
#: State of a granted refund for which the money went back.
_DONE = frozenset({"SUCCESS"})


def returned_lines(order: Node, states: Collection[str] = TAKEN_BACK) -> tuple[str, ...]:
    """Ids of the lines with all their pieces in fulfilments of those states."""
    return _whole(order, _lines(order.get("fulfillments"), states))


def partly_returned_lines(order: Node) -> tuple[str, ...]:
    """Ids of the lines with some pieces, but not all, returned or replaced."""
    touched = _pieces(_lines(order.get("fulfillments"), TAKEN_BACK | REPLACED))
    whole = returned_lines(order)
    return tuple(
        line["id"] for line in order["lines"] if touched[line["id"]] and line["id"] not in whole
    )


def refunded_lines(order: Node) -> tuple[str, ...]:
    """Ids of the lines with all their pieces refunded by granted refunds that name the line."""
    return _whole(order, _lines(order.get("grantedRefunds"), _DONE))


def _lines(parts: Iterable[Node] | None, states: Collection[str]) -> Iterable[Node]:
    for part in parts or ():
        if part.get("status") in states:
            yield from part.get("lines") or ()


def _pieces(lines: Iterable[Node]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in lines:
        of = line.get("orderLine")
        if of:
            pieces[of["id"]] += line["quantity"]
    return pieces


def _whole(order: Node, lines: Iterable[Node]) -> tuple[str, ...]:
    pieces = _pieces(lines)
    return tuple(
        line["id"] for line in order["lines"] if 0 < line["quantity"] <= pieces[line["id"]]
    )
