"""Taking a cancellation request back."""

import strawberry

from bittitan_graphql.acting import demand_own_request, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanCancellationRequestError, request_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.request_inputs import RequestId
from bittitan_graphql.types.requests import BitTitanCancellationRequest
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.cancelling import requests as cancellation_requests


@strawberry.type(description="What came of taking a cancellation request back.")
class BitTitanCancellationRequestWithdraw:
    """Staff may have been quicker; the error then says so."""

    request: BitTitanCancellationRequest | None = strawberry.field(
        default=None, description="The request as it is now."
    )
    errors: list[BitTitanCancellationRequestError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class CancellationRequestWithdrawMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Takes a pending cancellation request back. Requires to be the account that bought the "
        "asset."
    )
    async def bittitan_cancellation_request_withdraw(
        self,
        info: strawberry.Info,
        id: RequestId,  # noqa: A002
    ) -> BitTitanCancellationRequestWithdraw | None:
        """The sale stands, and can be asked about again in time."""
        scope, answer = scope_of(info), BitTitanCancellationRequestWithdraw()
        try:
            request = await demand_own_request(scope, id)
            request = await perform(
                scope, cancellation_requests.withdraw, request.id, scope.viewer.actor
            )
            answer.request = BitTitanCancellationRequest.of(request)
        except BitTitanError as error:
            answer.errors = request_errors(error)
        return answer
