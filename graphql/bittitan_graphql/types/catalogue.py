"""The GraphQL types of the catalogue: product types and products."""

import strawberry

from bittitan_graphql.global_ids import PRODUCT, global_id
from bittitan_graphql.types.money import BitTitanMoney
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, Product, ProductType


@strawberry.type(description="A kind of BitTitan licence.")
class BitTitanProductType:
    """One of two; both have the same two clocks."""

    kind: ProductType = strawberry.field(description="For programs.")
    name: str = strawberry.field(description="BitTitan's own spelling, for people.")
    slug: str = strawberry.field(description="The commerce platform's product type with this slug.")
    product_group: str = strawberry.field(
        description="The product group under which a storefront presents it."
    )

    @classmethod
    def of(cls, kind: ProductType) -> "BitTitanProductType":
        """From the domain's value."""
        return cls(
            kind=kind,
            name=kind.label,
            slug=kind.slug,
            product_group=PRODUCT_GROUP,
        )


@strawberry.type(description="A licence product, sold as a variant of the commerce platform.")
class BitTitanProduct:
    """Assets keep a copy of what they need: changing a product changes no asset."""

    id: strawberry.ID = strawberry.field(description="Global id.")
    product_type: BitTitanProductType = strawberry.field(description="What kind of licence it is.")
    sku: str = strawberry.field(description="BitTitan's article number.")
    name: str = strawberry.field(description="As it is presented.")
    expire_days: int = strawberry.field(
        description="Expire: days in which the *coupon code* can be redeemed."
    )
    validity_days: int = strawberry.field(
        description="Validity: days in which the *licences* can be used."
    )
    variant_id: strawberry.ID | None = strawberry.field(
        description="The platform's variant that sells it, or null while none does."
    )
    published: bool = strawberry.field(description="Whether customers can see it.")
    prices: list[BitTitanMoney] = strawberry.field(
        description="The price of one licence, once per currency."
    )

    @classmethod
    def of(cls, product: Product) -> "BitTitanProduct":
        """From the domain's value."""
        return cls(
            id=global_id(PRODUCT, product.id),
            product_type=BitTitanProductType.of(product.product_type),
            sku=product.sku,
            name=product.name,
            expire_days=product.expire_days,
            validity_days=product.validity_days,
            variant_id=strawberry.ID(product.variant_id) if product.variant_id else None,
            published=product.published,
            prices=[BitTitanMoney.of(product.prices[c]) for c in sorted(product.prices)],
        )
