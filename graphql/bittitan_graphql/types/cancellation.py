"""The terms on which an asset can be cancelled: the answer to asking without doing."""

from datetime import datetime
from uuid import UUID

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.types.money import BitTitanMoney
from bittitan_graphql.types.requests import BitTitanCancellationRequest
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.errors import ErrorCode


@strawberry.type(description="Whether an asset can be cancelled now, until when, for how much.")
class BitTitanCancellation:
    """Reading it changes nothing."""

    asset_key: strawberry.Private[UUID]
    allowed: bool = strawberry.field(description="Whether it can be cancelled now.")
    code: ErrorCode | None = strawberry.field(description="Why not, for programs.")
    message: str = strawberry.field(description="One sentence for people, in either case.")
    deadline: datetime = strawberry.field(
        description="The first instant at which it is too late: the midnight that ends the last "
        "day of the window, in the time zone of the sale. No setting moves it later."
    )
    time_zone: str = strawberry.field(
        description="The time zone whose calendar days count, as `Europe/Athens`: the "
        "installation's on the day of the sale."
    )
    refund: BitTitanMoney = strawberry.field(
        description="What a cancellation credits: always the full amount."
    )
    automatic: bool = strawberry.field(
        description="Whether a customer's cancellation would execute without staff."
    )

    @field("The request that waits for staff, if there is one.")
    async def request(self, info: strawberry.Info) -> BitTitanCancellationRequest | None:
        """Decided ones are in `bittitanCancellationRequests`."""
        pending = await scope_of(info).loaders.pending_request.load(self.asset_key)
        return BitTitanCancellationRequest.of(pending) if pending else None

    @classmethod
    def of(cls, terms: CancellationTerms, asset: Asset) -> "BitTitanCancellation":
        """From the domain's values."""
        return cls(
            asset_key=asset.id,
            allowed=terms.allowed,
            code=terms.code,
            message=terms.message,
            deadline=terms.closes_at,
            time_zone=str(terms.closes_at.tzinfo),
            refund=BitTitanMoney.of(terms.refund),
            automatic=terms.automatic,
        )
