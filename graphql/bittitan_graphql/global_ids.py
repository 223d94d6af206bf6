"""Global ids in Saleor's format: base64 of ``Type:uuid``."""

import base64
import binascii
from typing import Annotated
from uuid import UUID

import strawberry

from bittitan_graphql.fields import argument
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import LONGEST_QUOTE, quoted

ASSET = "BitTitanAsset"
ACCOUNT = "BitTitanAccount"
PRODUCT = "BitTitanProduct"
PROBLEM = "BitTitanProblem"
CANCELLATION_REQUEST = "BitTitanCancellationRequest"
STOCK_CODE = "BitTitanStockCode"
STOCK_IMPORT = "BitTitanStockImport"
REVOCATION = "BitTitanRevocation"
RUN = "BitTitanRun"

ProductId = Annotated[strawberry.ID, argument("The product's global id.")]
AssetId = Annotated[strawberry.ID, argument("The asset's global id.")]


def global_id(type_name: str, key: UUID) -> strawberry.ID:
    """The id of an object for clients."""
    return strawberry.ID(base64.b64encode(f"{type_name}:{key}".encode()).decode())


def read_global_id(type_name: str, text: str, *, field: str = "id") -> UUID:
    """The key inside a global id. Raises ``Refusal`` on ``field``: malformed, or another type's."""
    try:
        found, _, key = base64.b64decode(text, validate=True).decode().partition(":")
        if found == type_name:
            return UUID(key)
    except (binascii.Error, ValueError):
        found = ""
    another = found.isidentifier() and len(found) <= LONGEST_QUOTE
    said = f"{quoted(text)} is the id of a {found}" if another else f"{quoted(text)} is not an id"
    raise Refusal(ErrorCode.GRAPHQL_ERROR, f"{said}; a {type_name} id is needed.", field=field)
