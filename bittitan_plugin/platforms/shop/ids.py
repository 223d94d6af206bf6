"""Opaque global ids for clients, hooks and ports: base64 of ``Type:uuid``."""

from base64 import b64decode, b64encode
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import quoted

#: The key of the shop's only installation.
INSTALLATION = "default"


class Kind(StrEnum):
    """What an id may name; the values are GraphQL type names."""

    USER = "User"
    PRODUCT = "Product"
    VARIANT = "ProductVariant"
    CHECKOUT = "Checkout"
    CHECKOUT_LINE = "CheckoutLine"
    ORDER = "Order"
    ORDER_LINE = "OrderLine"
    INVOICE = "Invoice"
    GRANTED_REFUND = "OrderGrantedRefund"


def global_id(kind: Kind, key: UUID) -> str:
    """The id of that row for the outside."""
    return b64encode(f"{kind}:{key}".encode()).decode()


def parse_id(kind: Kind, text: str, *, field: str = "id") -> UUID:
    """The key behind a global id. Raises ``Refusal`` on ``field`` if it is no id of that kind."""
    key = try_parse(kind, text)
    if key is None:
        raise Refusal(ErrorCode.INVALID, f"{quoted(text)} is not the id of a {kind}.", field=field)
    return key


def try_parse(kind: Kind, text: str) -> UUID | None:
    """The key behind a global id, or None if it is no id of that kind."""
    try:
        name, _, key = b64decode(text, validate=True).decode().partition(":")
        return UUID(key) if name == kind else None
    except ValueError:
        return None
