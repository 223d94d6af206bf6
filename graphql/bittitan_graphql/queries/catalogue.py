"""Queries for product types and products. Anyone may read what is published."""

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field, query
from bittitan_graphql.paging import (
    After,
    Asked,
    Before,
    CountableConnection,
    First,
    Last,
    connected,
)
from bittitan_graphql.types.catalogue import BitTitanProduct, BitTitanProductType
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.store.queries.lists import product_list


@strawberry.type
class CatalogueQueries:
    """Inherited by ``BitTitanQuery``."""

    @field("The two kinds of licence. Open to everyone.")
    def bittitan_product_types(self) -> list[BitTitanProductType] | None:
        """They are fixed; *Get Services Definition* creates the platform's product types."""
        return [BitTitanProductType.of(kind) for kind in ProductType]

    @query(
        "Licence products by name. Open to everyone; unpublished ones require MANAGE_PRODUCTS.",
    )
    async def bittitan_products(
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CountableConnection[BitTitanProduct] | None:
        """Two statements, and another one only for ``totalCount``."""
        scope = scope_of(info)
        published_only = not scope.viewer.may(Permission.MANAGE_PRODUCTS)
        return await connected(
            scope,
            Asked(first, after, last, before),
            lambda work: product_list(work, published_only=published_only),
            BitTitanProduct.of,
        )
