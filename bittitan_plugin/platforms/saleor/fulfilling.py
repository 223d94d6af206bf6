"""Deliveries at Saleor: a line with a coupon is fulfilled, a cancelled line is returned.

Each function reads before it writes, so that repeating it after a lost answer changes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bittitan_plugin.domain.errors import (
    PlatformRejected,
    PlatformUnavailable,
    Rejected,
    Unavailable,
)
from bittitan_plugin.platforms.line_metadata import ASSET_ID
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.orders import metadata_of
from bittitan_plugin.platforms.saleor.paging import nodes
from bittitan_plugin.ports.platform import FulfilledLine

#: Besides ``ASSET_ID`` on the line, the order has one key for each asset, so that lines that
#: are delivered at the same time do not overwrite each other's key.
ASSET_OF_ORDER = "bittitan.asset."
#: Deliveries in these states can be returned. From Saleor's documentation.
_RETURNABLE = frozenset({"FULFILLED", "REFUNDED", "WAITING_FOR_APPROVAL"})

Node = Mapping[str, Any]


def deliver(client: SaleorClient, line: FulfilledLine) -> None:
    """Fulfil what is not yet fulfilled of the line, and store the asset's id, never a code.

    Saleor sends no mail: the buyer gets the welcome e-mail. Raises ``Rejected`` NOT_FOUND or
    NO_WAREHOUSE, and what ``SaleorClient.execute`` raises.
    """
    data = client.execute("order_delivery", {"id": line.order_id})
    order, found = _found(data["order"], line)
    if order["status"] != "CANCELED" and found["quantityToFulfill"] > 0:
        _fulfil(client, line, found, nodes(data["warehouses"]))
    _note(client, line.order_id, order, f"{ASSET_OF_ORDER}{line.asset_id}", line.order_line_id)
    _note(client, line.order_line_id, found, ASSET_ID, str(line.asset_id))


def take_back(client: SaleorClient, order: Node, line_id: str) -> None:
    """Return every delivery of that line; ``order`` shows its fulfilments. Nothing is refunded."""
    delivered = [
        {"fulfillmentLineId": each["id"], "quantity": each["quantity"]}
        for each in _delivered(order, line_id)
    ]
    if not delivered:
        return
    try:
        client.execute("order_return", {"order": order["id"], "lines": delivered})
    except Rejected as rejection:
        raise _raced(rejection, "INVALID_QUANTITY") from rejection


def _fulfil(client: SaleorClient, line: FulfilledLine, found: Node, warehouses: list[Any]) -> None:
    stocks = (found.get("variant") or {}).get("stocks") or ()
    places = [*(stock["warehouse"] for stock in stocks), *warehouses]
    if not places:
        raise PlatformRejected(
            "NO_WAREHOUSE",
            "Saleor fulfils from a warehouse, and there is none: make one in the Dashboard.",
        )
    wanted = {
        "order": line.order_id,
        "line": line.order_line_id,
        "warehouse": places[0]["id"],
        "quantity": found["quantityToFulfill"],
    }
    try:
        client.execute("order_fulfill", wanted)
    except Rejected as rejection:
        raise _raced(rejection, "FULFILL_ORDER_LINE") from rejection


def _found(order: Node | None, line: FulfilledLine) -> tuple[Node, Node]:
    found = (
        next((n for n in order["lines"] if n["id"] == line.order_line_id), None) if order else None
    )
    if order is None or found is None:
        raise PlatformRejected(
            "NOT_FOUND", f"Saleor has no line {line.order_line_id} in an order {line.order_id}."
        )
    return order, found


def _note(client: SaleorClient, owner: str, shown: Node, key: str, value: str) -> None:
    if metadata_of(shown["metadata"]).get(key) != value:
        client.execute("metadata_update", {"id": owner, "entries": [{"key": key, "value": value}]})


def _delivered(order: Node, line_id: str) -> Iterator[Node]:
    for fulfillment in order["fulfillments"]:
        if fulfillment["status"] in _RETURNABLE:
            for each in fulfillment["lines"] or ():
                if (each["orderLine"] or {}).get("id") == line_id:
                    yield each


def _raced(rejection: Rejected, code: str) -> Rejected | Unavailable:
    """The error that makes us read again when somebody did the same before our write."""
    return PlatformUnavailable(rejection.message) if rejection.code == code else rejection
