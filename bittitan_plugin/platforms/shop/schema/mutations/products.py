"""The catalogue, as staff change it."""

from collections.abc import Sequence
from decimal import Decimal

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.inputs import VariantInput
from bittitan_plugin.platforms.shop.schema.context import IdArgument, ShopInfo, platform, run
from bittitan_plugin.platforms.shop.schema.errors import ProductError
from bittitan_plugin.platforms.shop.schema.fields import mutation
from bittitan_plugin.platforms.shop.schema.scalars import PositiveDecimal
from bittitan_plugin.platforms.shop.schema.types.products import (
    Product,
    ProductType,
    ProductVariant,
    product_of,
    product_type,
    variant_of,
)


@strawberry.input
class PriceInput:
    """The price of one piece in one currency."""

    amount: PositiveDecimal
    currency: str


@strawberry.input
class ProductTypeInput:
    """A product type to be."""

    name: str
    slug: str | None = None


@strawberry.input
class ProductVariantInput:
    """A variant to be."""

    sku: str
    name: str = ""
    prices: list[PriceInput] = strawberry.field(default_factory=list)


@strawberry.input
class ProductVariantUpdateInput:
    """What to change; ``prices`` replaces all of them."""

    sku: str | None = None
    name: str | None = None
    prices: list[PriceInput] | None = None


@strawberry.input
class ProductCreateInput:
    """A product to be, with its variants."""

    name: str
    #: The product type's slug.
    product_type: str
    slug: str | None = None
    #: The group it is presented under.
    collection: str | None = None
    is_published: bool = False
    variants: list[ProductVariantInput] = strawberry.field(default_factory=list)


@strawberry.input
class ProductInput:
    """What to change."""

    name: str | None = None
    collection: str | None = None
    is_published: bool | None = None


@strawberry.type
class ProductTypeCreate:
    """The new product type, or why there is none."""

    product_type: ProductType | None = None
    errors: list[ProductError] = strawberry.field(default_factory=list)


@strawberry.type
class ProductPayload:
    """What mutations of a product answer."""

    product: Product | None = None
    errors: list[ProductError] = strawberry.field(default_factory=list)


@strawberry.type
class ProductCreate(ProductPayload):
    """The new product, or why there is none."""


@strawberry.type
class ProductUpdate(ProductPayload):
    """The product after the change."""


@strawberry.type
class ProductDelete(ProductPayload):
    """The product that was."""


@strawberry.type
class VariantPayload:
    """What mutations of a variant answer."""

    product_variant: ProductVariant | None = None
    errors: list[ProductError] = strawberry.field(default_factory=list)


@strawberry.type
class ProductVariantCreate(VariantPayload):
    """The new variant, or why there is none."""


@strawberry.type
class ProductVariantUpdate(VariantPayload):
    """The variant after the change."""


@strawberry.type
class ProductVariantDelete(VariantPayload):
    """The variant that was."""


@strawberry.type
class ProductMutation:
    """Product types and products."""

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_type_create(
        self, info: ShopInfo, input: ProductTypeInput
    ) -> ProductTypeCreate | None:
        """Create a product type."""
        catalogue = platform(info).catalogue
        row = await run(lambda: catalogue.create_type(input.name, input.slug))
        return ProductTypeCreate(product_type=product_type(row))

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_create(
        self, info: ShopInfo, input: ProductCreateInput
    ) -> ProductCreate | None:
        """Put a product on offer."""
        product_changes = platform(info).product_changes
        record = await run(
            lambda: product_changes.create_product(
                name=input.name,
                product_type=input.product_type,
                slug=input.slug,
                collection=input.collection,
                published=input.is_published,
                variants=[_variant_input(variant) for variant in input.variants],
            )
        )
        return ProductCreate(product=product_of(info, record.row))

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_update(
        self, info: ShopInfo, product_id: IdArgument, input: ProductInput
    ) -> ProductUpdate | None:
        """Rename, publish or withdraw a product."""
        product_changes, key = platform(info).product_changes, parse_id(Kind.PRODUCT, product_id)
        record = await run(
            lambda: product_changes.update_product(
                key, name=input.name, collection=input.collection, published=input.is_published
            )
        )
        return ProductUpdate(product=product_of(info, record.row))

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_delete(self, info: ShopInfo, product_id: IdArgument) -> ProductDelete | None:
        """Remove a product; orders keep theirs."""
        product_changes, key = platform(info).product_changes, parse_id(Kind.PRODUCT, product_id)
        record = await run(lambda: product_changes.delete_product(key))
        return ProductDelete(product=product_of(info, record.row))


@strawberry.type
class VariantMutation:
    """Variants."""

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_variant_create(
        self, info: ShopInfo, product: strawberry.ID, input: ProductVariantInput
    ) -> ProductVariantCreate | None:
        """Add a variant to a product."""
        product_changes = platform(info).product_changes
        key = parse_id(Kind.PRODUCT, product, field="product")
        variant = await run(lambda: product_changes.create_variant(key, _variant_input(input)))
        return ProductVariantCreate(product_variant=variant_of(info, variant))

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_variant_update(
        self, info: ShopInfo, variant_id: IdArgument, input: ProductVariantUpdateInput
    ) -> ProductVariantUpdate | None:
        """Rename or re-price a variant."""
        product_changes, key = platform(info).product_changes, parse_id(Kind.VARIANT, variant_id)
        prices = None if input.prices is None else _prices(input.prices)
        variant = await run(
            lambda: product_changes.update_variant(
                key, sku=input.sku, name=input.name, prices=prices
            )
        )
        return ProductVariantUpdate(product_variant=variant_of(info, variant))

    @mutation(needs=Permission.MANAGE_PRODUCTS)
    async def product_variant_delete(
        self, info: ShopInfo, variant_id: IdArgument
    ) -> ProductVariantDelete | None:
        """Remove a variant; orders keep theirs."""
        product_changes, key = platform(info).product_changes, parse_id(Kind.VARIANT, variant_id)
        variant = await run(lambda: product_changes.delete_variant(key))
        return ProductVariantDelete(product_variant=variant_of(info, variant))


def _variant_input(given: ProductVariantInput) -> VariantInput:
    return VariantInput(sku=given.sku, name=given.name, prices=_prices(given.prices))


def _prices(given: Sequence[PriceInput]) -> list[tuple[Decimal, str]]:
    return [(price.amount, price.currency) for price in given]
