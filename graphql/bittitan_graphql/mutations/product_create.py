"""Creating a product."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProductError, product_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.product_inputs import BitTitanProductCreateInput
from bittitan_graphql.types.catalogue import BitTitanProduct
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.catalogue import products

_Input = Annotated[BitTitanProductCreateInput, strawberry.argument(description="What to create.")]


@strawberry.type(description="What came of creating a product.")
class BitTitanProductCreate:
    """Nothing was changed if there are errors."""

    product: BitTitanProduct | None = strawberry.field(
        default=None, description="The product as it is now."
    )
    errors: list[BitTitanProductError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class ProductCreateMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation("Creates a product and has the platform offer it. Requires MANAGE_PRODUCTS.")
    async def bittitan_product_create(
        self,
        info: strawberry.Info,
        input: _Input,  # noqa: A002
    ) -> BitTitanProductCreate | None:
        """Unpublished unless asked otherwise."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_PRODUCTS)
        kind = input.product_type
        try:
            product = await perform(
                scope,
                products.create,
                scope.viewer.actor,
                None if kind is None else ProductType[kind.name],
                input.wishes(),
            )
            return BitTitanProductCreate(product=BitTitanProduct.of(product))
        except BitTitanError as error:
            return BitTitanProductCreate(errors=product_errors(error))
