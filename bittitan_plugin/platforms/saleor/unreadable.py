"""Keeps Saleor's orders that cannot be processed: a problem for each, until it can be read.

Only orders with our products count; other orders of a Saleor do not concern us.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork

Node = Mapping[str, Any]

#: The prefix of such a problem's key; the order's id follows.
_KEY = "order-unreadable:"
#: The most set-aside orders that one poll reads again.
MOST_AGAIN = 100


class UnreadableOrders:
    """Keeps the problems about them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def report(self, installation_id: UUID, node: Node, why: str, *, is_news: bool = True) -> bool:
        """Set this order aside and report why, once. False when it has none of our products.

        A problem that staff dismissed stays dismissed unless ``is_news`` says that the order has
        changed since, or something else is wrong with it now.
        """
        with self._store.writing(installation_id) as work:
            if not _is_ours(work, node):
                return False
            number, key = f"Order {node.get('number')}", _key(node["id"])
            message = why if why.startswith(number) else f"{number}: {why}"
            known = work.problems.not_over_by_key(key)
            is_said = known is not None and known.message == message
            if is_said and not (is_news and known and known.dismissed_by):
                return True
            work.problems.report(
                ProblemKind.ORDER_REFUSED,
                key,
                message=message,
                next_step="Mend it in Saleor: at the line, under Metadata, where a line is named. "
                "The order is read again every few minutes, or at once by the button, and this "
                "closes by itself.",
                at=self._clock(),
                order_id=node["id"],
                action=ProblemAction.PROVISION_ORDER,
            )
            return True

    def set_aside(self, installation_id: UUID) -> Sequence[str]:
        """Ids of orders that wait to be read again, even if staff dismissed their problems."""
        with self._store.reading(installation_id) as work:
            return work.problems.waiting_orders(_KEY, MOST_AGAIN)

    def close(self, installation_id: UUID, order_id: str) -> None:
        """Close the order's problem: it can be processed now."""
        key = _key(order_id)
        with self._store.reading(installation_id) as work:
            if work.problems.not_over_by_key(key) is None:
                return
        with self._store.writing(installation_id) as work:
            work.problems.resolve(key, self._clock())


def spoken(broken: Exception) -> str:
    """What is wrong, in words for staff; never the value, which may be a person's."""
    if isinstance(broken, Rejected):
        return broken.message
    if not isinstance(broken, ValidationError):
        return f"it was not foreseen ({type(broken).__name__}); see the plugin's log."
    fault = broken.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def _is_ours(work: UnitOfWork, node: Node) -> bool:
    order_id = node.get("id")
    if not isinstance(order_id, str):
        return False
    return bool(work.products.of_variants(variants_of(node)) or work.assets.of_orders([order_id]))


def _key(order_id: str) -> str:
    return f"{_KEY}{order_id}"[:255]


def variants_of(node: Node) -> frozenset[str]:
    """The variants of the order's lines, as far as they can be read."""
    lines = node.get("lines")
    # This order could not be read: any part of it may be malformed.
    lines = lines if isinstance(lines, list) else []
    found = [each.get("productVariantId") for each in lines if isinstance(each, dict)]
    return frozenset(each for each in found if isinstance(each, str))
