"""Staff saw that a code from stock has been used."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import demand_asset, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanAssetError, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.cancelling.stock_watch import mark_redeemed


@strawberry.type(description="What came of marking an asset's codes as redeemed.")
class BitTitanAssetMarkRedeemed:
    """It can no longer be cancelled."""

    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now."
    )
    errors: list[BitTitanAssetError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class AssetMarkRedeemedMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Says that the buyer has used the codes of an asset that came from stock, of which "
        "BitTitan tells nothing. Requires MANAGE_ORDERS."
    )
    async def bittitan_asset_mark_redeemed(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
    ) -> BitTitanAssetMarkRedeemed | None:
        """It cannot be taken back: a redeemed code stays redeemed."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            asset = await demand_asset(scope, id)
            asset = await perform(scope, mark_redeemed, asset.id, scope.viewer.actor)
        except BitTitanError as error:
            return BitTitanAssetMarkRedeemed(errors=asset_errors(error))
        return BitTitanAssetMarkRedeemed(asset=BitTitanAsset.of(asset))
