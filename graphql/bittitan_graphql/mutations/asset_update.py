"""Giving an asset another friendly name."""

from typing import Annotated

import strawberry

from bittitan_graphql.acting import demand_asset, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanAssetError, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.inputs import BitTitanAssetUpdateInput
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services import assets

_Input = Annotated[BitTitanAssetUpdateInput, strawberry.argument(description="What to change.")]


@strawberry.type(description="What came of changing an asset.")
class BitTitanAssetUpdate:
    """Changing nothing is no error."""

    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now."
    )
    errors: list[BitTitanAssetError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class AssetUpdateMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Changes an asset's friendly name. Requires MANAGE_ORDERS, or to be the "
        "account that bought it or its end customer."
    )
    async def bittitan_asset_update(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
        input: _Input,  # noqa: A002
    ) -> BitTitanAssetUpdate | None:
        """The history keeps the name it had."""
        scope = scope_of(info)
        try:
            asset = await demand_asset(scope, id)
            asset = await perform(
                scope,
                assets.update_asset,
                asset.id,
                scope.viewer.actor,
                friendly_name=input.friendly_name,
            )
            return BitTitanAssetUpdate(asset=BitTitanAsset.of(asset))
        except BitTitanError as error:
            return BitTitanAssetUpdate(errors=asset_errors(error))
