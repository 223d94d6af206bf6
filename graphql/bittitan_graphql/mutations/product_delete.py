"""Deleting a product that was never sold."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProductError, product_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import PRODUCT, ProductId, read_global_id
from bittitan_graphql.types.catalogue import BitTitanProduct
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.catalogue import products


@strawberry.type(description="What came of deleting a product.")
class BitTitanProductDelete:
    """Nothing was changed if there are errors."""

    product: BitTitanProduct | None = strawberry.field(
        default=None, description="The product as it was."
    )
    errors: list[BitTitanProductError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class ProductDeleteMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Deletes a product that was never sold, and has the platform stop offering it. One that "
        "was sold can only be withdrawn. Requires MANAGE_PRODUCTS."
    )
    async def bittitan_product_delete(
        self,
        info: strawberry.Info,
        id: ProductId,  # noqa: A002
    ) -> BitTitanProductDelete | None:
        """The next *Get Services Definition* imports its article anew."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_PRODUCTS)
        try:
            key = read_global_id(PRODUCT, id)
            product = await perform(scope, products.delete, scope.viewer.actor, key)
            return BitTitanProductDelete(product=BitTitanProduct.of(product))
        except BitTitanError as error:
            return BitTitanProductDelete(errors=product_errors(error))
