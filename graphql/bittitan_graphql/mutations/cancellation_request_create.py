"""Asking for a cancellation."""

import strawberry

from bittitan_graphql.acting import demand_own_asset, executed, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanCancellationRequestError, request_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.request_inputs import Comment
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.requests import BitTitanCancellationRequest
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.mail_limits import CANCELLATION_REQUESTS
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling import requests as cancellation_requests


@strawberry.type(description="What came of asking for a cancellation.")
class BitTitanCancellationRequestCreate:
    """Either a request that waits, or an asset that is being cancelled already."""

    request: BitTitanCancellationRequest | None = strawberry.field(
        default=None,
        description="The request; null where the cancellation executes without staff.",
    )
    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now."
    )
    errors: list[BitTitanCancellationRequestError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class CancellationRequestCreateMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Asks for the cancellation of an asset. Staff decide about it before its deadline; where "
        "the distributor allows it (`cancellation.automatic`) it executes at once instead. "
        "Requires to be the account that bought it; it can be asked for "
        f"{CANCELLATION_REQUESTS.most} times within 24 hours (LIMIT_REACHED says when it is "
        "possible again)."
    )
    async def bittitan_cancellation_request_create(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
        comment: Comment = "",
    ) -> BitTitanCancellationRequestCreate | None:
        """One request at a time may be pending."""
        scope, answer = scope_of(info), BitTitanCancellationRequestCreate()
        try:
            asset = await demand_own_asset(scope, id)
            asked = await perform(
                scope, cancellation_requests.create, asset.id, scope.viewer.actor, comment
            )
            asset = asked.asset
            if asked.request is not None:
                answer.request = BitTitanCancellationRequest.of(asked.request)
            else:
                asset = await executed(scope, asset)
                if asset.status is AssetStatus.ACTIVE:
                    answer.errors = request_errors(cancellation.refusal_after(asset))
            answer.asset = BitTitanAsset.of(asset)
        except BitTitanError as error:
            answer.errors = request_errors(error)
        return answer
