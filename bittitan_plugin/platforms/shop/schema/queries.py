"""What can be asked."""

from typing import Annotated

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.orders import may_see
from bittitan_plugin.platforms.shop.paging import PageRequest
from bittitan_plugin.platforms.shop.schema.connections import CountableConnection, connect
from bittitan_plugin.platforms.shop.schema.context import (
    IdArgument,
    ShopInfo,
    platform,
    run,
    signed_in,
    viewer,
)
from bittitan_plugin.platforms.shop.schema.fields import field, staff_field
from bittitan_plugin.platforms.shop.schema.types.checkouts import Checkout, checkout_of
from bittitan_plugin.platforms.shop.schema.types.orders import Order, User, order_of, user_of
from bittitan_plugin.platforms.shop.schema.types.plugins import Plugin, plugin_of
from bittitan_plugin.platforms.shop.schema.types.products import Product, product_of

#: This host sells through one channel.
CHANNEL = "default-channel"
OptionalId = Annotated[strawberry.ID | None, strawberry.argument(name="id")]


@strawberry.type
class Shop:
    """The shop itself."""

    name: str
    version: str
    default_currency: str


def check_channel(channel: str | None) -> None:
    """Raises ``Refusal`` on ``channel`` for another than the only one."""
    if channel not in {None, CHANNEL}:
        raise Refusal(
            ErrorCode.NOT_FOUND, f"There is no channel {quoted(channel)}.", field="channel"
        )


@strawberry.type
class CatalogueQuery:
    """The shop and what is on offer."""

    @field
    def shop(self) -> Shop:
        """The shop."""
        return Shop(name="BitTitan demo shop", version="3.23", default_currency=DEFAULT_CURRENCY)

    @field
    async def products(
        self,
        info: ShopInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        channel: str | None = None,
    ) -> CountableConnection[Product] | None:
        """Products by slug. Staff with MANAGE_PRODUCTS see unpublished ones too."""
        check_channel(channel)
        hidden = not viewer(info).may(Permission.MANAGE_PRODUCTS)
        listing = platform(info).catalogue.listing(published_only=hidden)
        request = PageRequest(first=first, after=after, last=last, before=before)
        return await connect(info, listing, request, lambda row: product_of(info, row))

    @field
    async def product(
        self,
        info: ShopInfo,
        product_id: OptionalId = None,
        slug: str | None = None,
        channel: str | None = None,
    ) -> Product | None:
        """One product by id or slug."""
        check_channel(channel)
        if (product_id is None) == (slug is None):
            raise Refusal(ErrorCode.REQUIRED, "Give either 'id' or 'slug'.", field="id")
        key = parse_id(Kind.PRODUCT, product_id) if product_id is not None else None
        catalogue = platform(info).catalogue
        row = await run(lambda: catalogue.find(product_id=key, slug=slug))
        if row is None or not (row.published or viewer(info).may(Permission.MANAGE_PRODUCTS)):
            return None
        return product_of(info, row)


@strawberry.type
class UserQuery:
    """Users."""

    @field
    def me(self, info: ShopInfo) -> User | None:
        """Whoever asks; null when nobody is signed in."""
        row = info.context["user"]
        return user_of(info, row) if row else None

    @staff_field(needs=Permission.MANAGE_USERS)
    async def customers(
        self,
        info: ShopInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CountableConnection[User] | None:
        """Customers by e-mail address."""
        listing = platform(info).customers.listing()
        request = PageRequest(first=first, after=after, last=last, before=before)
        return await connect(info, listing, request, lambda row: user_of(info, row))


@strawberry.type
class OrderQuery:
    """Baskets and orders."""

    @field
    async def checkout(self, info: ShopInfo, checkout_id: IdArgument) -> Checkout | None:
        """A basket of one's own."""
        user, key = signed_in(info), parse_id(Kind.CHECKOUT, checkout_id)
        checkouts = platform(info).checkouts
        return checkout_of(info, await run(lambda: checkouts.get(user, key)))

    @field
    async def orders(
        self,
        info: ShopInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CountableConnection[Order] | None:
        """Orders, newest first: one's own, or all for staff with MANAGE_ORDERS."""
        signed_in(info)
        listing = platform(info).orders.listing(viewer(info))
        request = PageRequest(first=first, after=after, last=last, before=before)
        return await connect(info, listing, request, lambda row: order_of(info, row))

    @staff_field(needs=Permission.MANAGE_ORDERS)
    async def draft_orders(
        self,
        info: ShopInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CountableConnection[Order] | None:
        """Drafts, newest first."""
        listing = platform(info).drafts.listing()
        request = PageRequest(first=first, after=after, last=last, before=before)
        return await connect(info, listing, request, lambda row: order_of(info, row))

    @field
    async def order(self, info: ShopInfo, order_id: IdArgument) -> Order | None:
        """One order; null unless it is one's own or one is staff with MANAGE_ORDERS."""
        key, orders = parse_id(Kind.ORDER, order_id), platform(info).orders
        record = await run(lambda: orders.get(key))
        if record is None or not may_see(viewer(info), record.row):
            return None
        return order_of(info, record.row)


@strawberry.type
class PluginQuery:
    """Plugins."""

    @staff_field(needs=Permission.MANAGE_PLUGINS)
    async def plugins(self, info: ShopInfo) -> list[Plugin] | None:
        """The installed plugins."""
        return [plugin_of(state) for state in await run(platform(info).plugins.all)]

    @staff_field(needs=Permission.MANAGE_PLUGINS)
    async def plugin(self, info: ShopInfo, plugin_id: IdArgument) -> Plugin | None:
        """One installed plugin."""
        plugins = platform(info).plugins
        state = await run(lambda: plugins.find(plugin_id))
        return plugin_of(state) if state else None


QUERIES = (CatalogueQuery, UserQuery, OrderQuery, PluginQuery)
