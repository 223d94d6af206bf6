"""The catalogue, as staff change it."""

from collections.abc import Sequence
from decimal import Decimal

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop.catalogue import ProductRecord, Variant
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.inputs import VariantInput
from bittitan_plugin.platforms.shop.schema.context import HostInfo, IdArgument, platform, require
from bittitan_plugin.platforms.shop.schema.errors import PRODUCT, ProductError, attempt
from bittitan_plugin.platforms.shop.schema.fields import staff_mutation
from bittitan_plugin.platforms.shop.schema.scalars import PositiveDecimal
from bittitan_plugin.platforms.shop.schema.types.products import (
    Product,
    ProductType,
    ProductVariant,
    product_of,
    product_type,
    variant_of,
)

_PERMISSION = Permission.MANAGE_PRODUCTS


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

    product_type: ProductType | None
    errors: list[ProductError]


@strawberry.type
class ProductCreate:
    """The new product, or why there is none."""

    product: Product | None
    errors: list[ProductError]


@strawberry.type
class ProductUpdate:
    """The product after the change."""

    product: Product | None
    errors: list[ProductError]


@strawberry.type
class ProductDelete:
    """The product that was."""

    product: Product | None
    errors: list[ProductError]


@strawberry.type
class ProductVariantCreate:
    """The new variant, or why there is none."""

    product_variant: ProductVariant | None
    errors: list[ProductError]


@strawberry.type
class ProductVariantUpdate:
    """The variant after the change."""

    product_variant: ProductVariant | None
    errors: list[ProductError]


@strawberry.type
class ProductVariantDelete:
    """The variant that was."""

    product_variant: ProductVariant | None
    errors: list[ProductError]


@strawberry.type
class ProductMutation:
    """Product types and products."""

    @staff_mutation(_PERMISSION)
    async def product_type_create(
        self, info: HostInfo, input: ProductTypeInput
    ) -> ProductTypeCreate | None:
        """Create a product type."""
        require(info, _PERMISSION)
        catalogue = platform(info).catalogue
        row, errors = await attempt(
            info, PRODUCT, lambda: catalogue.create_type(input.name, input.slug)
        )
        return ProductTypeCreate(product_type=product_type(row) if row else None, errors=errors)

    @staff_mutation(_PERMISSION)
    async def product_create(
        self, info: HostInfo, input: ProductCreateInput
    ) -> ProductCreate | None:
        """Put a product on offer."""
        require(info, _PERMISSION)
        merchandising = platform(info).merchandising
        record, errors = await attempt(
            info,
            PRODUCT,
            lambda: merchandising.create_product(
                name=input.name,
                product_type=input.product_type,
                slug=input.slug,
                collection=input.collection,
                published=input.is_published,
                variants=[_variant_input(variant) for variant in input.variants],
            ),
        )
        return ProductCreate(product=_product(info, record), errors=errors)

    @staff_mutation(_PERMISSION)
    async def product_update(
        self, info: HostInfo, product_id: IdArgument, input: ProductInput
    ) -> ProductUpdate | None:
        """Rename, publish or withdraw a product."""
        require(info, _PERMISSION)
        merchandising = platform(info).merchandising
        record, errors = await attempt(
            info,
            PRODUCT,
            lambda: merchandising.update_product(
                parse_id(Kind.PRODUCT, product_id),
                name=input.name,
                collection=input.collection,
                published=input.is_published,
            ),
        )
        return ProductUpdate(product=_product(info, record), errors=errors)

    @staff_mutation(_PERMISSION)
    async def product_delete(self, info: HostInfo, product_id: IdArgument) -> ProductDelete | None:
        """Remove a product; orders keep theirs."""
        require(info, _PERMISSION)
        merchandising = platform(info).merchandising
        record, errors = await attempt(
            info,
            PRODUCT,
            lambda: merchandising.delete_product(parse_id(Kind.PRODUCT, product_id)),
        )
        return ProductDelete(product=_product(info, record), errors=errors)


@strawberry.type
class VariantMutation:
    """Variants."""

    @staff_mutation(_PERMISSION)
    async def product_variant_create(
        self, info: HostInfo, product: strawberry.ID, input: ProductVariantInput
    ) -> ProductVariantCreate | None:
        """Add a variant to a product."""
        require(info, _PERMISSION)
        merchandising = platform(info).merchandising
        variant, errors = await attempt(
            info,
            PRODUCT,
            lambda: merchandising.create_variant(
                parse_id(Kind.PRODUCT, product, field="product"), _variant_input(input)
            ),
        )
        return ProductVariantCreate(product_variant=_variant(info, variant), errors=errors)

    @staff_mutation(_PERMISSION)
    async def product_variant_update(
        self, info: HostInfo, variant_id: IdArgument, input: ProductVariantUpdateInput
    ) -> ProductVariantUpdate | None:
        """Rename or re-price a variant."""
        require(info, _PERMISSION)
        merchandising = platform(info).merchandising
        variant, errors = await attempt(
            info,
            PRODUCT,
            lambda: merchandising.update_variant(
                parse_id(Kind.VARIANT, variant_id),
                sku=input.sku,
                name=input.name,
                prices=None if input.prices is None else _prices(input.prices),
            ),
        )
        return ProductVariantUpdate(product_variant=_variant(info, variant), errors=errors)

    @staff_mutation(_PERMISSION)
    async def product_variant_delete(
        self, info: HostInfo, variant_id: IdArgument
    ) -> ProductVariantDelete | None:
        """Remove a variant; orders keep theirs."""
        require(info, _PERMISSION)
        merchandising = platform(info).merchandising
        variant, errors = await attempt(
            info,
            PRODUCT,
            lambda: merchandising.delete_variant(parse_id(Kind.VARIANT, variant_id)),
        )
        return ProductVariantDelete(product_variant=_variant(info, variant), errors=errors)


def _product(info: HostInfo, record: ProductRecord | None) -> Product | None:
    return product_of(info, record.row) if record else None


def _variant(info: HostInfo, variant: Variant | None) -> ProductVariant | None:
    return variant_of(info, variant) if variant else None


def _variant_input(given: ProductVariantInput) -> VariantInput:
    return VariantInput(sku=given.sku, name=given.name, prices=_prices(given.prices))


def _prices(given: Sequence[PriceInput]) -> list[tuple[Decimal, str]]:
    return [(price.amount, price.currency) for price in given]
