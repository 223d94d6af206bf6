"""A customer's request to cancel an asset, and what became of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.global_ids import ASSET, CANCELLATION_REQUEST, global_id
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.requests import CancellationRequest, RequestState

if TYPE_CHECKING:
    from bittitan_graphql.types.assets import BitTitanAsset


@strawberry.type(description="A customer's request to cancel an asset; staff decide about it.")
class BitTitanCancellationRequest:
    """Whoever may see the asset may see its request."""

    source: strawberry.Private[CancellationRequest]
    id: strawberry.ID = strawberry.field(description="Global id.")
    asset_id: strawberry.ID = strawberry.field(description="The asset it is about.")
    state: RequestState = strawberry.field(description="What became of it.")
    comment: str = strawberry.field(description="Why, in the customer's words; may be empty.")
    created_at: datetime = strawberry.field(description="When it was made.")
    deadline: datetime = strawberry.field(
        description="The first instant at which it is too late: pending, it closes by itself then."
    )
    decided_at: datetime | None = strawberry.field(description="When it was decided.")
    reason: str | None = strawberry.field(description="Why it was refused.")

    @field("The asset it is about.")
    async def asset(
        self, info: strawberry.Info
    ) -> Annotated["BitTitanAsset", strawberry.lazy("bittitan_graphql.types.assets")] | None:
        """Loaded together for a whole page."""
        from bittitan_graphql.types.assets import BitTitanAsset

        asset = await scope_of(info).loaders.asset.load(self.source.asset_id)
        return BitTitanAsset.of(asset) if asset else None

    @field("The e-mail address it came from. Requires MANAGE_ORDERS, else null.")
    def requested_by(self, info: strawberry.Info) -> str | None:
        """An end customer and its reseller need not know each other's people."""
        return self.source.requested_by if self._to_staff(info) else None

    @field("Who decided: an e-mail address, or what did. Requires MANAGE_ORDERS, else null.")
    def decided_by(self, info: strawberry.Info) -> str | None:
        """Customers deal with the distributor, not with a person of it."""
        return self.source.decided_by if self._to_staff(info) else None

    def _to_staff(self, info: strawberry.Info) -> bool:
        return scope_of(info).viewer.may(Permission.MANAGE_ORDERS)

    @classmethod
    def of(cls, request: CancellationRequest) -> "BitTitanCancellationRequest":
        """From the domain's value. Whoever calls this has made sure the viewer may see it."""
        return cls(
            source=request,
            id=global_id(CANCELLATION_REQUEST, request.id),
            asset_id=global_id(ASSET, request.asset_id),
            state=request.state,
            comment=request.comment,
            created_at=request.created_at,
            deadline=request.deadline,
            decided_at=request.decided_at,
            reason=request.reason,
        )
