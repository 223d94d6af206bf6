"""Cancelling an asset, or only asking on which terms it could be."""

from typing import Annotated

import strawberry

from bittitan_graphql.acting import demand_terms, executed, perform
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.errors import BitTitanAssetError, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.inputs import BitTitanAssetCancelInput
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.cancellation import BitTitanCancellation
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.services.cancelling import cancellation

_Input = Annotated[BitTitanAssetCancelInput, strawberry.argument(description="How to cancel it.")]


@strawberry.type(description="What came of cancelling an asset.")
class BitTitanAssetCancel:
    """The asset may still be CANCELLING: the cancellation then goes on by itself."""

    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now; CANCELLING while BitTitan is awaited."
    )
    cancellation: BitTitanCancellation | None = strawberry.field(
        default=None, description="The terms as they were judged before anything was done."
    )
    errors: list[BitTitanAssetError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class AssetCancelMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Cancels an asset: BitTitan revokes the coupon, then the full amount is "
        "credited. With `checkOnly` it only answers with the terms and never reports them as "
        "errors. Requires MANAGE_ORDERS, or to be the account that bought it; "
        "that one is refused with REQUEST_NEEDED unless `cancellation.automatic` is true."
    )
    async def bittitan_asset_cancel(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
        input: _Input,  # noqa: A002
    ) -> BitTitanAssetCancel | None:
        """Waits a while for BitTitan, so that most answers are final."""
        scope, answer = scope_of(info), BitTitanAssetCancel()
        try:
            asset = await demand_terms(scope, id)
            answer.cancellation = BitTitanCancellation.of(
                await scope.loaders.terms.load(asset), asset
            )
            if not input.check_only:
                asset = await perform(
                    scope, cancellation.cancel, asset.id, _actor(scope), input.comment
                )
                asset = await executed(scope, asset)
            answer.asset = BitTitanAsset.of(asset)
            if not input.check_only and asset.status is AssetStatus.ACTIVE:
                answer.errors = asset_errors(cancellation.refusal_after(asset))
        except BitTitanError as error:
            answer.errors = asset_errors(error)
        return answer


def _actor(scope: RequestScope) -> Actor:
    """Only whoever may decide about orders acts as staff here, whoever else is employed there."""
    if scope.viewer.may(Permission.MANAGE_ORDERS):
        return scope.viewer.actor
    return Actor(ActorKind.CUSTOMER, scope.viewer.email)
