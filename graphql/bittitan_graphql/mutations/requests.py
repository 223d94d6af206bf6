"""Mutations of cancellation requests: customers make and retract, staff accept and reject."""

from typing import Annotated

import strawberry

from bittitan_graphql.acting import demand_own_asset, demand_own_request, executed, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanCancellationRequestError, refusals, refusals_in
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import CANCELLATION_REQUEST, AssetId, read_global_id
from bittitan_graphql.types.assets import BitTitanAsset, BitTitanCancellationRequest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.mail_limits import CANCELLATION_REQUESTS
from bittitan_plugin.services.cancelling import cancellation, requests

_RequestId = Annotated[strawberry.ID, argument("The cancellation request's global id.")]
_Comment = Annotated[str, argument("Why, in words for staff; at most 1000 characters.")]
_Reason = Annotated[str, argument("Why not; the customer is told. 1 to 1000 characters.")]


@strawberry.type(description="What came of asking for a cancellation.")
class BitTitanCancellationRequestCreate:
    """Either a request that waits, or an asset that is being cancelled already."""

    request: BitTitanCancellationRequest | None = optional(
        "The request; null where the cancellation executes without staff."
    )
    asset: BitTitanAsset | None = optional("The asset as it is now.")
    errors: list[BitTitanCancellationRequestError] = refusals()


@strawberry.type(description="What came of taking a cancellation request back.")
class BitTitanCancellationRequestWithdraw:
    """Staff may have been quicker; then an error reports it."""

    request: BitTitanCancellationRequest | None = optional("The request as it is now.")
    errors: list[BitTitanCancellationRequestError] = refusals()


@strawberry.type(description="What came of accepting a cancellation request.")
class BitTitanCancellationRequestAccept:
    """The asset may still be CANCELLING: the cancellation then continues by itself."""

    request: BitTitanCancellationRequest | None = optional("The request as it is now.")
    asset: BitTitanAsset | None = optional(
        "The asset as it is now; CANCELLING while BitTitan is awaited."
    )
    errors: list[BitTitanCancellationRequestError] = refusals()


@strawberry.type(description="What came of rejecting a cancellation request.")
class BitTitanCancellationRequestReject:
    """The sale remains."""

    request: BitTitanCancellationRequest | None = optional("The request as it is now.")
    errors: list[BitTitanCancellationRequestError] = refusals()


@strawberry.type
class CancellationRequestMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Asks for the cancellation of an asset. Staff decide about it before its deadline; where "
        "the distributor allows it (`cancellation.automatic`) it executes at once instead. "
        "Requires to be the account that bought it; it can be asked for "
        f"{CANCELLATION_REQUESTS.most} times within 24 hours (LIMIT_REACHED says when it is "
        "possible again)."
    )
    async def bittitan_cancellation_request_create(
        self, info: strawberry.Info, id: AssetId, comment: _Comment = ""
    ) -> BitTitanCancellationRequestCreate | None:
        """One request at a time may be pending."""
        scope, answer = scope_of(info), BitTitanCancellationRequestCreate()
        with refusals_in(answer):
            asset = await demand_own_asset(scope, id)
            asked = await perform(scope, requests.create, asset.id, scope.viewer.actor, comment)
            if asked.request is not None:
                answer.request = BitTitanCancellationRequest.of(asked.request)
                answer.asset = BitTitanAsset.of(asked.asset)
                return answer
            asset = await executed(scope, asked.asset)
            answer.asset = BitTitanAsset.of(asset)
            if asset.status is AssetStatus.ACTIVE:
                raise cancellation.refusal_after(asset)
        return answer

    @mutation(
        "Takes a pending cancellation request back. Requires to be the account that bought the "
        "asset."
    )
    async def bittitan_cancellation_request_withdraw(
        self, info: strawberry.Info, id: _RequestId
    ) -> BitTitanCancellationRequestWithdraw | None:
        """The sale remains; another request can be made until the deadline."""
        scope = scope_of(info)
        request = await demand_own_request(scope, id)
        request = await perform(scope, requests.withdraw, request.id, scope.viewer.actor)
        return BitTitanCancellationRequestWithdraw(request=BitTitanCancellationRequest.of(request))

    @mutation(
        "Accepts a pending cancellation request and cancels the asset. Whether it is in time is "
        "judged now; too late, the request closes as EXPIRED.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_cancellation_request_accept(
        self, info: strawberry.Info, id: _RequestId
    ) -> BitTitanCancellationRequestAccept | None:
        """Waits a while for BitTitan, so that most answers are final."""
        scope, answer = scope_of(info), BitTitanCancellationRequestAccept()
        with refusals_in(answer):
            key = read_global_id(CANCELLATION_REQUEST, id)
            request = await perform(scope, requests.accept, key, scope.viewer.actor)
            asset = await scope.read(lambda work: work.assets.get(request.asset_id))
            asset = await executed(scope, asset)
            # BitTitan may have overruled it meanwhile.
            request = await scope.read(lambda work: work.requests.get(key))
            answer.request = BitTitanCancellationRequest.of(request)
            answer.asset = BitTitanAsset.of(asset)
            if asset.status is AssetStatus.ACTIVE:
                raise cancellation.refusal_after(asset)
        return answer

    @mutation(
        "Rejects a pending cancellation request; the customer is told the reason.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_cancellation_request_reject(
        self, info: strawberry.Info, id: _RequestId, reason: _Reason
    ) -> BitTitanCancellationRequestReject | None:
        """The customer may have been quicker; then an error reports it."""
        scope, key = scope_of(info), read_global_id(CANCELLATION_REQUEST, id)
        request = await perform(scope, requests.reject, key, scope.viewer.actor, reason)
        return BitTitanCancellationRequestReject(request=BitTitanCancellationRequest.of(request))
