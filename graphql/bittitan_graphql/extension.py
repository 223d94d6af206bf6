"""The entry for a host: the classes to merge, and the scope for each request's context."""

from collections.abc import Callable

from bittitan_graphql.context import RequestScope
from bittitan_graphql.mixins import OrderAssets, UserAssets, VariantProduct
from bittitan_graphql.mutations import BitTitanMutation
from bittitan_graphql.queries import BitTitanQuery
from bittitan_hooks.results import GraphQLExtension
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.services.ports import Tenant

#: Returns the tenant for an installation's key. Called when a request needs it.
TenantOf = Callable[[str], Tenant]


def build_extension(tenant_of: TenantOf) -> GraphQLExtension:
    """The extension for a host; it does no I/O before the first request.

    The host merges ``query`` and ``mutation`` with its own, inherits ``mixins`` in its types, and
    puts ``request_scope(installation, viewer)`` into every request's context under ``bittitan``.
    """

    def request_scope(installation: str, viewer: Viewer) -> RequestScope:
        return RequestScope(tenant=tenant_of(installation), viewer=viewer)

    return GraphQLExtension(
        query=BitTitanQuery,
        mutation=BitTitanMutation,
        mixins={"Order": OrderAssets, "User": UserAssets, "ProductVariant": VariantProduct},
        request_scope=request_scope,
    )


#: The object that ``plugin.toml`` names as ``graphql_entry_point``.
extension = build_extension
