"""Our fields on the host's types. A Python host inherits them in its own classes:

    @strawberry.type
    class Order(OrderAssets):
        id: strawberry.ID

The host's ``id`` is its global id, the same text that the plugin gets in events. All fields are
nullable: with a non-null field, a failure of ours would make the host's whole object null.
"""

from typing import Protocol

import strawberry

from bittitan_graphql.access import audience, require_signed_in, sees_account, visible
from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.loaders import NEWEST_ASSETS
from bittitan_graphql.types.accounts import BitTitanAccount
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.catalogue import BitTitanProduct
from bittitan_plugin.domain.access import Permission


class Identified(Protocol):
    """Any object of the host."""

    @property
    def id(self) -> strawberry.ID:
        """Its global id."""


@strawberry.type
class OrderAssets:
    """For the host's ``Order``."""

    @field(
        "The BitTitan assets made from the order's lines. Requires MANAGE_ORDERS, or "
        "to be signed in; a customer gets those it bought and those bought for it."
    )
    async def bittitan_assets(
        self, root: strawberry.Parent[Identified], info: strawberry.Info
    ) -> list[BitTitanAsset] | None:
        """Having an order proves nothing, so each asset is checked against the viewer."""
        scope = scope_of(info)
        require_signed_in(scope, Permission.MANAGE_ORDERS)
        assets = await scope.loaders.assets_of_order.load(str(root.id))
        return [BitTitanAsset.of(asset) for asset in await visible(scope, assets)]


@strawberry.type
class UserAssets:
    """For the host's ``User``."""

    @field(
        "The newest BitTitan assets bought by or for this user, at most 100; "
        "`bittitanAssets` pages through all. Requires MANAGE_ORDERS, or to be signed in; a "
        "customer gets those it bought and those bought for it."
    )
    async def bittitan_assets(
        self, root: strawberry.Parent[Identified], info: strawberry.Info
    ) -> list[BitTitanAsset] | None:
        """Empty for a user the plugin has never sold to."""
        scope = scope_of(info)
        readers = await audience(scope, Permission.MANAGE_ORDERS)
        own = await scope.loaders.accounts_of_customer.load(str(root.id))
        newest = scope.loaders.newest_assets
        lists = await newest.load_many([(readers, account.id) for account in own.every])
        assets = {asset.id: asset for assets in lists for asset in assets}.values()
        by_date = sorted(assets, key=lambda asset: (asset.purchase_date, asset.id), reverse=True)
        return [BitTitanAsset.of(asset) for asset in by_date[:NEWEST_ASSETS]]

    @field(
        "The user's account with BitTitan, or null if it never bought anything; of one that "
        "was only bought for, the first under which a reseller named its proved address. "
        "Requires MANAGE_USERS, or to be signed in as that user or as its reseller."
    )
    async def bittitan_account(
        self, root: strawberry.Parent[Identified], info: strawberry.Info
    ) -> BitTitanAccount | None:
        """Others' accounts are reported as missing."""
        scope = scope_of(info)
        require_signed_in(scope, Permission.MANAGE_USERS)
        own = await scope.loaders.accounts_of_customer.load(str(root.id))
        for account in own.every:
            if await sees_account(scope, account, Permission.MANAGE_USERS):
                return BitTitanAccount.of(account)
        return None


@strawberry.type
class VariantProduct:
    """For the host's ``ProductVariant``."""

    @field(
        "The BitTitan product this variant sells, or null when it sells something "
        "else. Open to everyone; an unpublished one requires MANAGE_PRODUCTS."
    )
    async def bittitan_product(
        self, root: strawberry.Parent[Identified], info: strawberry.Info
    ) -> BitTitanProduct | None:
        """Shows how long the code and the licences last, before they are bought."""
        scope = scope_of(info)
        product = await scope.loaders.product_of_variant.load(str(root.id))
        if product is None:
            return None
        shown = product.published or scope.viewer.may(Permission.MANAGE_PRODUCTS)
        return BitTitanProduct.of(product) if shown else None
