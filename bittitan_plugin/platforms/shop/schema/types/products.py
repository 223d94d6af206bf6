"""Products as a storefront sees them."""

import strawberry

from bittitan_plugin.domain.invoicing import Taxation
from bittitan_plugin.domain.money import Money as DomainMoney
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.ids import INSTALLATION, Kind, global_id
from bittitan_plugin.platforms.shop.inputs import slug_of
from bittitan_plugin.platforms.shop.schema.composition import composed
from bittitan_plugin.platforms.shop.schema.connections import CountableConnection
from bittitan_plugin.platforms.shop.schema.context import ShopInfo, loaders
from bittitan_plugin.platforms.shop.schema.fields import field
from bittitan_plugin.platforms.shop.schema.scalars import Money, TaxedMoney, money_of, taxed
from bittitan_plugin.platforms.shop.tables import ProductRow, ProductTypeRow


@strawberry.type
class ProductType:
    """What kind of thing a product is; its id is its slug."""

    id: strawberry.ID
    name: str
    slug: str


@strawberry.type
class Collection:
    """The group a product is presented under."""

    name: str
    slug: str


@strawberry.type
class VariantPricingInfo:
    """What a variant costs."""

    price: TaxedMoney


@strawberry.type
class Product:
    """Something on offer."""

    id: strawberry.ID
    name: str
    slug: str
    is_published: bool
    row: strawberry.Private[ProductRow]

    @field
    async def product_type(self, info: ShopInfo) -> ProductType:
        """Its kind."""
        row = await loaders(info).product_types.load(self.row.product_type)
        return product_type(row or ProductTypeRow(slug=self.row.product_type, name=""))

    @field
    def collections(self) -> list[Collection] | None:
        """The group it is presented under, if any."""
        name = self.row.collection
        return [Collection(name=name, slug=slug_of(name))] if name else []

    @field
    def is_available(self) -> bool | None:
        """Whether it can be bought."""
        return self.row.published

    @field
    async def variants(self, info: ShopInfo) -> list["ProductVariant"] | None:
        """The things that are bought."""
        found = await loaders(info).variants_of.load(self.row.id)
        return [variant_of(info, variant) for variant in found or ()]


@strawberry.type
class ProductVariant:
    """A thing that is bought."""

    id: strawberry.ID
    name: str
    sku: str | None
    variant: strawberry.Private[Variant]

    @field
    def product(self, info: ShopInfo) -> Product:
        """What it is a variant of."""
        return product_of(info, self.variant.product)

    @field
    async def pricing(
        self, info: ShopInfo, currency: str = DEFAULT_CURRENCY
    ) -> VariantPricingInfo | None:
        """Its price in the default channel's currency."""
        price = self.variant.prices.get(currency)
        if price is None:
            return None
        taxation = await loaders(info).taxations.load(INSTALLATION) or Taxation()
        return VariantPricingInfo(price=taxed(taxation.of(price)))

    @field
    def prices(self) -> list[Money]:
        """Its price in every currency it is sold in, as it was set: with tax, or without."""
        return [wire(price) for price in self.variant.prices.values()]


ProductConnection = CountableConnection[Product]


def wire(price: DomainMoney) -> Money:
    """A price without a word on taxes."""
    return money_of(price.amount, price.currency)


def product_type(row: ProductTypeRow) -> ProductType:
    """A product type for the wire."""
    return ProductType(id=strawberry.ID(row.slug), name=row.name, slug=row.slug)


def product_of(info: ShopInfo, row: ProductRow) -> Product:
    """A product for the wire."""
    return composed(info, Product)(
        id=strawberry.ID(global_id(Kind.PRODUCT, row.id)),
        name=row.name,
        slug=row.slug,
        is_published=row.published,
        row=row,
    )


def variant_of(info: ShopInfo, variant: Variant) -> ProductVariant:
    """A variant for the wire."""
    return composed(info, ProductVariant)(
        id=strawberry.ID(global_id(Kind.VARIANT, variant.row.id)),
        name=variant.row.name,
        sku=variant.row.sku,
        variant=variant,
    )
