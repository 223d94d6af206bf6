"""The GraphQL type of revocations: codes from stock that staff must revoke by hand."""

from datetime import datetime

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.global_ids import REVOCATION, global_id
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.stock import BitTitanStockCode
from bittitan_plugin.domain.revocations import (
    PORTAL_STEPS,
    Revocation,
    RevocationCause,
    RevocationState,
)


@strawberry.type(
    description="An asset with codes from stock that is being cancelled: staff revoke the codes "
    "in BitTitan's portal and say so. Requires MANAGE_ORDERS."
)
class BitTitanRevocation:
    """The caller has checked the permission."""

    source: strawberry.Private[Revocation]
    id: strawberry.ID = strawberry.field(description="Global id.")
    cause: RevocationCause = strawberry.field(
        description="Why; it decides whether a credit follows."
    )
    state: RevocationState = strawberry.field(description="What became of it.")
    asked_by: str = strawberry.field(description="Who decided to cancel.")
    comment: str = strawberry.field(description="Why it is cancelled; may be empty.")
    created_at: datetime = strawberry.field(description="Since when it waits.")
    deadline: datetime | None = strawberry.field(
        description="The first instant at which it is too late: it closes by itself then. Null "
        "where the platform has returned the money."
    )
    decided_at: datetime | None = strawberry.field(description="When it was decided.")
    decided_by: str | None = strawberry.field(description="Who decided, or what did.")

    @field("The asset it is about.")
    async def asset(self, info: strawberry.Info) -> BitTitanAsset | None:
        """Loaded together for a whole page."""
        asset = await scope_of(info).loaders.asset.load(self.source.asset_id)
        return BitTitanAsset.of(asset) if asset else None

    @field("The codes to revoke.")
    async def codes(self, info: strawberry.Info) -> list[BitTitanStockCode]:
        """Loaded together for a whole page."""
        found = await scope_of(info).loaders.stock_of_asset.load(self.source.asset_id)
        return [BitTitanStockCode.of(code) for code in found]

    @field("What to do in BitTitan's portal, step by step.")
    def steps(self) -> list[str]:
        """The same for every code."""
        return list(PORTAL_STEPS)

    @classmethod
    def of(cls, revocation: Revocation) -> "BitTitanRevocation":
        """From the domain's value."""
        same = ("asked_by", "comment", "created_at", "deadline", "decided_at", "decided_by")
        return cls(
            **{name: getattr(revocation, name) for name in same},
            source=revocation,
            id=global_id(REVOCATION, revocation.id),
            cause=revocation.cause,
            state=revocation.state,
        )
