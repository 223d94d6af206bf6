"""Translates a Saleor order to the hooks' events, with a webhook's event or without one.

Saleor renders an order when it delivers the event, not when the event happened, so an event adds
little to the order. Both the webhooks and the poller, which gets no events, fire the hooks that
are chosen here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bittitan_hooks import specs
from bittitan_plugin.platforms.saleor.orders import order_from
from bittitan_plugin.platforms.saleor.payments import amount_of, refunded_of
from bittitan_plugin.platforms.saleor.returns import (
    CANCELED,
    partly_returned_lines,
    refunded_lines,
    returned_lines,
)

Node = Mapping[str, Any]


def state_events(installation: str, node: Node) -> list[specs.Event]:
    """What the order shows by itself, whatever happened: due, cancelled, returned, refunded.

    Raises ``Rejected`` and ``pydantic.ValidationError`` for an order that cannot be read.
    """
    order = _Fired(installation, node)
    return [
        specs.OrderUpdated(**order.said),
        *order.cancelled(),
        *order.undone(),
        *order.returned(),
        *order.refunded(),
    ]


def heard_events(installation: str, node: Node, event: str) -> list[specs.Event]:
    """The hooks' events for the webhook ``event`` (``OrderFullyPaid`` …) about this order.

    Raises what ``state_events`` raises, and ``KeyError`` for an event not about an order.
    """
    order = _Fired(installation, node)
    return _HEARD[event](order)


class _Fired:
    """The events that one order can imply."""

    def __init__(self, installation: str, node: Node) -> None:
        self._node = node
        self.said: dict[str, Any] = {
            "installation": installation,
            "order": order_from(node),
        }

    def plain(self, kind: type[specs.Event]) -> list[specs.Event]:
        return [kind(**self.said)]

    def cancelled(self) -> list[specs.Event]:
        if self._node["status"] not in {"CANCELED", "EXPIRED"}:
            return []
        return self.plain(specs.OrderCancelled)

    def returned(self) -> list[specs.Event]:
        """Deliveries came back: whole lines, or parts of them, of which staff decide."""
        return [
            *self._taken_back(returned_lines(self._node)),
            *self._taken_back(partly_returned_lines(self._node), partly=True),
        ]

    def undone(self) -> list[specs.Event]:
        """Deliveries of ours that were cancelled without an event that we heard."""
        marked = {line.id for line in self.said["order"].lines if line.asset_id}
        return self._taken_back(tuple(line for line in self._unfulfilled() if line in marked))

    def refunded(self) -> list[specs.Event]:
        """Money went back: all of it, for lines Saleor can name, or for staff to say which."""
        refunded = refunded_of(self._node)
        if refunded.is_zero:
            return []
        if refunded.amount >= amount_of(self._node["total"]["gross"]):
            return self.plain(specs.OrderFullyRefunded)
        event = specs.OrderRefunded(
            **self.said, line_ids=refunded_lines(self._node), refunded=refunded
        )
        return [event]

    def unfulfilled(self) -> list[specs.Event]:
        """A delivery was undone: its lines, if nothing of them is delivered any more."""
        return self._taken_back(self._unfulfilled())

    def _unfulfilled(self) -> tuple[str, ...]:
        lines = returned_lines(self._node, CANCELED | {"RETURNED", "REFUNDED_AND_RETURNED"})
        delivered = returned_lines(self._node, {"FULFILLED", "WAITING_FOR_APPROVAL"})
        return tuple(line for line in lines if line not in delivered)

    def _taken_back(self, lines: tuple[str, ...], *, partly: bool = False) -> list[specs.Event]:
        if not lines:
            return []
        event = specs.FulfillmentCanceled(**self.said, line_ids=lines, partly=partly)
        return [event]


_HEARD: Mapping[str, Callable[[_Fired], list[specs.Event]]] = {
    "OrderCreated": lambda order: order.plain(specs.OrderCreated),
    "OrderConfirmed": lambda order: order.plain(specs.OrderConfirmed),
    "OrderPaid": lambda order: order.plain(specs.OrderPaid),
    "OrderFullyPaid": lambda order: order.plain(specs.OrderFullyPaid),
    "OrderUpdated": lambda order: [
        *order.plain(specs.OrderUpdated),
        *order.cancelled(),
        *order.undone(),
        *order.returned(),
        *order.refunded(),
    ],
    "OrderCancelled": lambda order: order.plain(specs.OrderCancelled),
    "OrderRefunded": lambda order: [*order.returned(), *order.refunded()],
    # Also sent when only an overpayment went back: the order's state decides.
    "OrderFullyRefunded": lambda order: [*order.returned(), *order.refunded()],
    "OrderFulfilled": lambda order: order.plain(specs.OrderFulfilled),
    "FulfillmentCanceled": _Fired.unfulfilled,
}
