"""Mutations for staff to report what became of codes to revoke in BitTitan's portal."""

from collections.abc import Callable
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanRevocationError, refusals, refusals_in
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import REVOCATION, read_global_id
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.revocations import BitTitanRevocation
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.services.cancelling import stock_revocation
from bittitan_plugin.services.ports import Tenant

_RevocationId = Annotated[strawberry.ID, argument("The revocation's global id.")]
_Decision = Callable[[Tenant, UUID, Actor], Asset]


@strawberry.type
class RevocationDecision:
    """Fields of both payloads. Further steps, such as the credit, continue by themselves."""

    revocation: BitTitanRevocation | None = optional("The revocation as it is now.")
    asset: BitTitanAsset | None = optional("The asset as it is now.")
    errors: list[BitTitanRevocationError] = refusals()


@strawberry.type(description="What came of confirming a revocation.")
class BitTitanRevocationConfirm(RevocationDecision):
    """Staff report that the codes are revoked."""


@strawberry.type(description="What came of reporting codes as redeemed.")
class BitTitanRevocationReportRedeemed(RevocationDecision):
    """Staff report that the codes were used before they could be revoked."""


_Payload = TypeVar("_Payload", bound=RevocationDecision)


@strawberry.type
class RevocationMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Says that staff revoked the codes in BitTitan's portal: the asset is cancelled and, if "
        "it was cancelled here, credited in full. Must come before the deadline.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_revocation_confirm(
        self, info: strawberry.Info, id: _RevocationId
    ) -> BitTitanRevocationConfirm | None:
        """One of several at once decides; the others are refused."""
        return await _decided(info, id, stock_revocation.confirm, BitTitanRevocationConfirm())

    @mutation(
        "Says that the codes were redeemed before staff could revoke them: the sale stands and "
        "nothing is credited.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_revocation_report_redeemed(
        self, info: strawberry.Info, id: _RevocationId
    ) -> BitTitanRevocationReportRedeemed | None:
        """One of several at once decides; the others are refused."""
        answer = BitTitanRevocationReportRedeemed()
        return await _decided(info, id, stock_revocation.report_redeemed, answer)


async def _decided(
    info: strawberry.Info, revocation_id: str, decision: _Decision, answer: _Payload
) -> _Payload:
    scope = scope_of(info)
    with refusals_in(answer):
        key = read_global_id(REVOCATION, revocation_id)
        asset = await perform(scope, decision, key, scope.viewer.actor)
        answer.asset = BitTitanAsset.of(asset)
        revocation = await scope.read(lambda work: work.revocations.get(key))
        answer.revocation = BitTitanRevocation.of(revocation)
    return answer
