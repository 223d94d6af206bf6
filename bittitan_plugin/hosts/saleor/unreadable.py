"""Orders of Saleor's that cannot be read: a problem each, and closed once they can be.

Only orders with something of ours in them count; what else a Saleor sells is not ours to judge.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from bittitan_plugin.clock import Clock
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.store.unit_of_work import Store

Node = Mapping[str, Any]


class UnreadableOrders:
    """Keeps the problems about them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def report(self, installation_id: UUID, node: Node, broken: Rejected | ValidationError) -> None:
        """Say that this order cannot be read, and why."""
        with self._store.writing(installation_id) as work:
            if not work.products.of_variants(_variants(node)):
                return
            work.problems.report(
                ProblemKind.ORDER_REFUSED,
                _key(node),
                message=f"Order {node.get('number')} is not provisioned: {spoken(broken)}",
                next_step="Mend the order in Saleor. Every change of it is read within minutes, "
                "and this closes by itself.",
                at=self._clock(),
                order_id=node["id"],
            )

    def close(self, installation_id: UUID, readable: Iterable[Node]) -> None:
        """These orders can be read: what was said of them is over."""
        with self._store.reading(installation_id) as work:
            over = [key for node in readable if work.problems.is_open(key := _key(node))]
        if not over:
            return
        with self._store.writing(installation_id) as work:
            for key in over:
                work.problems.resolve(key, self._clock())


def spoken(broken: Rejected | ValidationError) -> str:
    """What is wrong, in words for staff; never the value, which may be a person's."""
    if isinstance(broken, Rejected):
        return broken.message
    fault = broken.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def _key(node: Node) -> str:
    return f"order-unreadable:{node['id']}"[:255]


def _variants(node: Node) -> set[str]:
    lines = node.get("lines")
    found = [each.get("productVariantId") for each in lines or () if isinstance(each, dict)]
    return {each for each in found if isinstance(each, str)}
