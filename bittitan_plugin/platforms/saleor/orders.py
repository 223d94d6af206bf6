"""Reads a Saleor order into the domain's, from answers and from webhooks alike.

The fields are in ``operations/fragments/order.graphql``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.errors import PlatformRejected, Refusal, Rejected
from bittitan_plugin.domain.money import SCALE, Money
from bittitan_plugin.domain.orders import Customer, Order, OrderLine, OrderStatus, name_of_line
from bittitan_plugin.platforms.line_metadata import ASSET_ID, FRIENDLY_NAME, end_customer_of

Node = Mapping[str, Any]

#: The prefix of the customer id of an order without a user. Our rule: a guest is an address.
GUEST = "guest:"
#: Saleor's order states, as far as licences care. A fully returned order counts as cancelled.
_STATUSES = {
    "DRAFT": OrderStatus.UNCONFIRMED,
    "UNCONFIRMED": OrderStatus.UNCONFIRMED,
    "CANCELED": OrderStatus.CANCELLED,
    "EXPIRED": OrderStatus.CANCELLED,
    "RETURNED": OrderStatus.CANCELLED,
}


def order_from(node: Node) -> Order:
    """The order in that answer or payload.

    Raises ``Rejected`` INVALID on the field that is missing or malformed: a document of ours does
    not fit this Saleor, or staff must correct the order. The message names the order, the line
    and the field.
    """
    place, where = "order", f"Order {node.get('number')}"
    try:
        lines = []
        for index, line in enumerate(node["lines"]):
            place = f"lines[{index}]"
            where = f"Order {node.get('number')}, {name_of_line(index, line.get('productName'))}"
            lines.append(_line(line))
        place, where = "order", f"Order {node.get('number')}"
        return Order(
            id=node["id"],
            number=str(node["number"]),
            status=_STATUSES.get(node["status"], OrderStatus.CONFIRMED),
            fully_paid=bool(node["isPaid"]),
            customer=_customer(node),
            recipient_email=_email(node),
            lines=tuple(lines),
            created_at=datetime.fromisoformat(node["created"]),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        why = str(error) if isinstance(error, _Missing) else type(error).__name__
        raise _malformed(place, f"{where} cannot be read: {why}.") from error
    except Refusal as refusal:
        raise _malformed(f"{place}.{refusal.field}", f"{where}: {refusal.message}") from refusal


def metadata_of(entries: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    """Saleor's list of keys and values as a mapping."""
    return {entry["key"]: entry["value"] for entry in entries or ()}


def money_of(value: Mapping[str, Any]) -> Money:
    """An amount from Saleor's JSON number, which is exact to its shortest text.

    More decimal places than we keep come only from Saleor's own divisions, and are rounded.
    """
    amount = Decimal(str(value["amount"]))
    return Money(round(amount, SCALE) + 0, value["currency"])


class _Missing(ValueError):
    """Something that an order needs is missing; the text names it, in words for staff."""


def _line(node: Node) -> OrderLine:
    metadata = metadata_of(node.get("metadata"))
    variant = node.get("variant")
    product_type = variant["product"]["productType"]["slug"] if variant else None
    return OrderLine(
        id=node["id"],
        # The line keeps the id of a deleted variant.
        variant_id=variant["id"] if variant else node.get("productVariantId"),
        sku=node.get("productSku") or "",
        product_name=node["productName"],
        product_type=product_type,
        quantity=node["quantity"],
        unit_price=money_of(node["unitPrice"]["gross"]),
        total=money_of(node["totalPrice"]["gross"]).rounded(),
        tax=money_of(node["totalPrice"]["tax"]).rounded(),
        friendly_name=metadata.get(FRIENDLY_NAME),
        end_customer=end_customer_of(metadata),
        fulfilled=(node.get("quantityFulfilled") or 0) > 0,
        asset_id=metadata.get(ASSET_ID),
    )


def _customer(node: Node) -> Customer:
    user, address = node.get("user"), node.get("billingAddress") or {}
    email = _email(node)
    return Customer(
        id=user["id"] if user else GUEST + normalized(email),
        email=(user or {}).get("email") or email,
        company=address.get("companyName") or "",
    )


def _email(node: Node) -> str:
    """The address for the order's mail: the one given with the order, or its user's."""
    email = node.get("userEmail") or (node.get("user") or {}).get("email")
    if not email:
        raise _Missing("it has no e-mail address")
    return str(email)


def _malformed(place: str, message: str) -> Rejected:
    return PlatformRejected("INVALID", message, field=place)
