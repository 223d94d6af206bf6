"""Staff accept a cancellation request."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import executed, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanCancellationRequestError, request_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import CANCELLATION_REQUEST, read_global_id
from bittitan_graphql.request_inputs import RequestId
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.requests import BitTitanCancellationRequest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling import requests as cancellation_requests


@strawberry.type(description="What came of accepting a cancellation request.")
class BitTitanCancellationRequestAccept:
    """The asset may still be CANCELLING: the cancellation then goes on by itself."""

    request: BitTitanCancellationRequest | None = strawberry.field(
        default=None, description="The request as it is now."
    )
    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now; CANCELLING while BitTitan is awaited."
    )
    errors: list[BitTitanCancellationRequestError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class CancellationRequestAcceptMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Accepts a pending cancellation request and cancels the asset. Whether it is in time is "
        "judged now; too late, the request closes as EXPIRED. Requires MANAGE_ORDERS."
    )
    async def bittitan_cancellation_request_accept(
        self,
        info: strawberry.Info,
        id: RequestId,  # noqa: A002
    ) -> BitTitanCancellationRequestAccept | None:
        """Waits a while for BitTitan, so that most answers are final."""
        scope, answer = scope_of(info), BitTitanCancellationRequestAccept()
        require(scope, Permission.MANAGE_ORDERS)
        try:
            key = read_global_id(CANCELLATION_REQUEST, id)
            request = await perform(scope, cancellation_requests.accept, key, scope.viewer.actor)
            asset = await scope.read(lambda work: work.assets.get(request.asset_id))
            asset = await executed(scope, asset)
            if asset.status is AssetStatus.ACTIVE:
                answer.errors = request_errors(cancellation.refusal_after(asset))
            # BitTitan may have overruled it meanwhile.
            request = await scope.read(lambda work: work.requests.get(key))
            answer.request = BitTitanCancellationRequest.of(request)
            answer.asset = BitTitanAsset.of(asset)
        except BitTitanError as error:
            answer.errors = request_errors(error)
        return answer
