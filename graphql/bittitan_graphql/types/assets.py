"""The asset: one order line turned into one coupon, and everything known about it."""

from dataclasses import replace
from uuid import UUID

import strawberry
from graphql import GraphQLError

from bittitan_graphql.access import require, sees, sees_account, sees_terms
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.types.accounts import BitTitanAccount
from bittitan_graphql.types.asset_fields import (
    AssetFields,
    BitTitanProvisioningError,
    plain_values,
)
from bittitan_graphql.types.asset_terms import AssetTerms
from bittitan_graphql.types.catalogue import BitTitanProduct
from bittitan_graphql.types.history import BitTitanHistoryEntry
from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import CouponSource


@strawberry.type(
    description="One sale: an order line turned into one coupon code for so many licences. "
    "Requires MANAGE_ORDERS, or to be the account that bought it or the end customer."
)
class BitTitanAsset(AssetTerms, AssetFields):
    """What is looked up is loaded together for a whole page."""

    @field(
        "What BitTitan's portal takes at Settings > Enter Coupon; several codes are separated by "
        "a space. Null until it was "
        "obtained. Requires MANAGE_ORDERS, or to be the buying account or the end customer."
    )
    async def coupon_code(self, info: strawberry.Info) -> str | None:
        """Kept encrypted; opened here and nowhere earlier."""
        scope, sealed = scope_of(info), self.source.coupon_code
        if sealed is None or not await sees(scope, self.source):
            return None
        try:
            return scope.ports.cipher.open(sealed)
        except UnreadableSecret:
            raise GraphQLError(
                "The coupon code cannot be read; ask the distributor.",
                extensions={"exception": {"code": "PLUGIN_MISCONFIGURED"}},
            ) from None

    @field(
        "The same code by code: from stock, several may serve one asset. Requires as `couponCode`."
    )
    async def coupon_codes(self, info: strawberry.Info) -> list[str] | None:
        """One code, where it came from the coupon API."""
        whole = await self.coupon_code(info)
        if whole is None:
            return None
        from_stock = self.source.coupon_source is CouponSource.STOCK
        return whole.split(" ") if from_stock else [whole]

    @field("Why there is no coupon code yet, if something is wrong.")
    def provisioning_error(self, info: strawberry.Info) -> BitTitanProvisioningError | None:
        """The words may name settings and addresses, so customers get the code alone."""
        in_words = scope_of(info).viewer.may(Permission.MANAGE_ORDERS)
        return BitTitanProvisioningError.of(self.source.provisioning_error, in_words=in_words)

    @field(
        "The product it was bought as, with its values of today; without prices to the end "
        "customer while it is not published."
    )
    async def product(self, info: strawberry.Info) -> BitTitanProduct | None:
        """Shown even when it is no longer published; its prices are then the buyer's business."""
        scope = scope_of(info)
        product = await scope.loaders.product.load(self.source.product_id)
        if product is not None and not product.published:
            shown = await sees_terms(scope, self.source)
            product = product if shown else replace(product, prices={})
        return BitTitanProduct.of(product) if product else None

    @field("The account that bought it. Requires MANAGE_ORDERS or to be that account, else null.")
    async def account(self, info: strawberry.Info) -> BitTitanAccount | None:
        """An end customer does not see its reseller's account."""
        return await _account(scope_of(info), self.source.account_id)

    @field("The end customer it was bought for, if a reseller bought it.")
    async def end_customer(self, info: strawberry.Info) -> BitTitanAccount | None:
        """Null for an asset that its buyer uses."""
        if self.source.end_customer_id is None:
            return None
        return await _account(scope_of(info), self.source.end_customer_id)

    @field("Every change of it, oldest first. Requires MANAGE_ORDERS.")
    async def history(self, info: strawberry.Info) -> list[BitTitanHistoryEntry] | None:
        """Staff only: it names people and quotes the vendor."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        entries = await scope.loaders.history.load(self.source.id)
        return [BitTitanHistoryEntry.of(entry) for entry in entries]

    @classmethod
    def of(cls, asset: Asset) -> "BitTitanAsset":
        """From the domain's value. Whoever calls this has made sure the viewer may see it."""
        return cls(**plain_values(asset))


async def _account(scope: RequestScope, account_id: UUID) -> BitTitanAccount | None:
    account = await scope.loaders.account.load(account_id)
    if account is None or not await sees_account(scope, account, Permission.MANAGE_ORDERS):
        return None
    return BitTitanAccount.of(account)
