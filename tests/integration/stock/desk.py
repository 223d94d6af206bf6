"""A desk in the back office: GraphQL as staff and customers send it, on a shop with a stock."""

import asyncio
from typing import Any

from bittitan_graphql.context import CONTEXT_KEY
from bittitan_graphql.extension import build_extension
from bittitan_graphql.global_ids import ASSET, REVOCATION, global_id
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.assets import Asset
from tests.integration.graphql_extension.mini_host import host_schema
from tests.integration.graphql_extension.operations import load
from tests.integration.stock.shelf import revocation_of
from tests.world import Shop

STAFF = Viewer(
    is_staff=True, email="staff@example.com", permissions=frozenset({Permission.MANAGE_ORDERS})
)
#: Staff who may do everything but look after orders.
OTHERS = Viewer(
    is_staff=True,
    email="shop@example.com",
    permissions=frozenset(set(Permission) - {Permission.MANAGE_ORDERS}),
)
BUYER = Viewer(customer_id="customer-1", email="customer-1@example.com")
STRANGER = Viewer(customer_id="customer-2", email="customer-2@example.com")


class Desk:
    """Sends documents, or ready-made operations by their path."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        extension = build_extension(lambda _key: shop.tenant)
        self._scope_of = extension.request_scope
        self._schema = host_schema(extension)

    def answer(self, document: str, viewer: Viewer = STAFF, /, **variables: Any) -> Any:
        """The whole answer."""
        text = load(document) if document.endswith(".graphql") else document
        scope = self._scope_of(self.shop.key, viewer)
        context = {CONTEXT_KEY: scope, "viewer": viewer}
        return asyncio.run(self._schema.execute(text, variables, context_value=context))

    def ask(self, document: str, viewer: Viewer = STAFF, /, **variables: Any) -> Any:
        """The one field that was asked for, where GraphQL itself has nothing to say."""
        answer = self.answer(document, viewer, **variables)
        assert answer.errors is None, answer.errors
        (found,) = answer.data.values()
        return found

    def do(self, document: str, viewer: Viewer = STAFF, /, **variables: Any) -> Any:
        """As ``ask``, for a mutation that must not be refused; what follows from it is done."""
        payload = self.ask(document, viewer, **variables)
        assert payload["errors"] == [], payload
        self.shop.settle()
        return payload

    def denial(self, document: str, viewer: Viewer, /, **variables: Any) -> str:
        """The code of the one top-level error."""
        (error,) = self.answer(document, viewer, **variables).errors
        return str(error.extensions["exception"]["code"])


def asset_id(asset: Asset) -> str:
    """How clients know the asset."""
    return global_id(ASSET, asset.id)


def revocation_id(shop: Shop, asset: Asset) -> str:
    """How clients know what staff are to decide about."""
    return global_id(REVOCATION, revocation_of(shop, asset).id)
