"""Staff reject a cancellation request."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanCancellationRequestError, request_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import CANCELLATION_REQUEST, read_global_id
from bittitan_graphql.request_inputs import Reason, RequestId
from bittitan_graphql.types.requests import BitTitanCancellationRequest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.cancelling import requests as cancellation_requests


@strawberry.type(description="What came of rejecting a cancellation request.")
class BitTitanCancellationRequestReject:
    """The sale stands."""

    request: BitTitanCancellationRequest | None = strawberry.field(
        default=None, description="The request as it is now."
    )
    errors: list[BitTitanCancellationRequestError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class CancellationRequestRejectMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Rejects a pending cancellation request; the customer is told the reason. Requires "
        "MANAGE_ORDERS."
    )
    async def bittitan_cancellation_request_reject(
        self,
        info: strawberry.Info,
        id: RequestId,  # noqa: A002
        reason: Reason,
    ) -> BitTitanCancellationRequestReject | None:
        """The customer may have been quicker; the error then says so."""
        scope, answer = scope_of(info), BitTitanCancellationRequestReject()
        require(scope, Permission.MANAGE_ORDERS)
        try:
            key = read_global_id(CANCELLATION_REQUEST, id)
            request = await perform(
                scope, cancellation_requests.reject, key, scope.viewer.actor, reason
            )
            answer.request = BitTitanCancellationRequest.of(request)
        except BitTitanError as error:
            answer.errors = request_errors(error)
        return answer
