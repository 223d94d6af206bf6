"""What clients send about a product. Every field may be missing: the use case says what it needs.

So a missing, empty or unsuitable value is a typed error on its field and never a GraphQL error.
"""

import strawberry

from bittitan_graphql.enums import BitTitanProductTypeKind
from bittitan_plugin.services.catalogue.products import Wishes


@strawberry.input(description="An amount of money.")
class BitTitanMoneyInput:
    """Text, so that a wrong one can be named instead of failing the whole request."""

    amount: str = strawberry.field(
        description="In currency units, written as text: `14.50`. Zero or more, at most four "
        "decimal places."
    )
    currency: str = strawberry.field(description="Three capital letters, by ISO 4217.")


@strawberry.input(description="What a product can be given.")
class _ProductInput:
    name: str | None = strawberry.field(
        default=None, description="As it is presented; one line of at most 255 characters."
    )
    prices: list[BitTitanMoneyInput] | None = strawberry.field(
        default=None,
        description="The price of one licence, once per currency; replaces all there were.",
    )
    expire_days: int | None = strawberry.field(
        default=None,
        description="Expire: days in which the *coupon code* can be redeemed, 1-3650.",
    )
    validity_days: int | None = strawberry.field(
        default=None, description="Validity: days in which the *licences* can be used, 1-3650."
    )
    published: bool | None = strawberry.field(
        default=None, description="Whether customers can see it; needs a price."
    )
    sku: str | None = strawberry.field(
        default=None,
        description="BitTitan's article number; one line of at most 255 characters.",
    )
    variant_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The platform's variant that sells it. No other product may be bound to it.",
    )

    def wishes(self) -> Wishes:
        """For the use case."""
        prices = self.prices
        return Wishes(
            sku=self.sku,
            name=self.name,
            prices=None if prices is None else [(each.amount, each.currency) for each in prices],
            expire_days=self.expire_days,
            validity_days=self.validity_days,
            published=self.published,
            variant_id=self.variant_id,
        )


@strawberry.input(
    description="A new product. `productType`, `sku` and `name` are needed; days default to the "
    "plugin's settings; without `variantId` the platform makes a variant."
)
class BitTitanProductCreateInput(_ProductInput):
    """Unpublished unless it says otherwise."""

    product_type: BitTitanProductTypeKind | None = strawberry.field(
        default=None, description="Which kind of licence; it can never be changed."
    )


@strawberry.input(description="What to change of a product. What is missing or null stays.")
class BitTitanProductUpdateInput(_ProductInput):
    """Publishing and withdrawing are changes too."""
