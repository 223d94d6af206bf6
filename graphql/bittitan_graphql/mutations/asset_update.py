"""Changing an asset: its name and end customer, and its two clocks while it has no coupon."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require, sees_terms
from bittitan_graphql.acting import BUYER, demand_asset, perform
from bittitan_graphql.asset_changes import BitTitanAssetUpdateInput, wanted_changes
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.errors import BitTitanAssetError, PermissionDenied, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.selling import assets
from bittitan_plugin.services.selling.assets import KEEP, AssetChanges

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
        "Changes an asset; saving one whose provisioning has failed tries that again. Requires "
        "MANAGE_ORDERS, or to be the account that bought it; its end customer may change the "
        "friendly name alone. The days require MANAGE_ORDERS."
    )
    async def bittitan_asset_update(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
        input: _Input,  # noqa: A002
    ) -> BitTitanAssetUpdate | None:
        """The history keeps the values it had."""
        scope = scope_of(info)
        try:
            asset = await demand_asset(scope, id)
            changes = wanted_changes(input)
            await _authorise(scope, asset, changes)
            asset = await perform(scope, assets.update_asset, asset.id, scope.viewer.actor, changes)
            return BitTitanAssetUpdate(asset=BitTitanAsset.of(asset))
        except BitTitanError as error:
            return BitTitanAssetUpdate(errors=asset_errors(error))


async def _authorise(scope: RequestScope, asset: Asset, changes: AssetChanges) -> None:
    """Raise ``PermissionDenied`` for what this viewer may see but not change."""
    if (changes.expire_days, changes.validity_days) != (KEEP, KEEP):
        require(scope, Permission.MANAGE_ORDERS)
    if changes.end_customer is KEEP:
        return
    if not await sees_terms(scope, asset):
        raise PermissionDenied(BUYER)
