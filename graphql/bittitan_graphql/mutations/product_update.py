"""Changing, publishing and withdrawing a product."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProductError, product_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import PRODUCT, ProductId, read_global_id
from bittitan_graphql.product_inputs import BitTitanProductUpdateInput
from bittitan_graphql.types.catalogue import BitTitanProduct
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.catalogue import products

_Input = Annotated[BitTitanProductUpdateInput, strawberry.argument(description="What to change.")]


@strawberry.type(description="What came of changing a product.")
class BitTitanProductUpdate:
    """Nothing was changed if there are errors."""

    product: BitTitanProduct | None = strawberry.field(
        default=None, description="The product as it is now."
    )
    errors: list[BitTitanProductError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class ProductUpdateMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Changes, publishes or withdraws a product, here and on the platform; assets already sold "
        "never change. Requires MANAGE_PRODUCTS."
    )
    async def bittitan_product_update(
        self,
        info: strawberry.Info,
        id: ProductId,  # noqa: A002
        input: _Input,  # noqa: A002
    ) -> BitTitanProductUpdate | None:
        """What is not given stays."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_PRODUCTS)
        try:
            key, wishes = read_global_id(PRODUCT, id), input.wishes()
            product = await perform(scope, products.update, scope.viewer.actor, key, wishes)
            return BitTitanProductUpdate(product=BitTitanProduct.of(product))
        except BitTitanError as error:
            return BitTitanProductUpdate(errors=product_errors(error))
