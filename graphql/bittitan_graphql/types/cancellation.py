"""The terms on which an asset can be cancelled: the answer to asking without doing."""

from datetime import datetime

import strawberry

from bittitan_graphql.enums import BitTitanErrorCode
from bittitan_graphql.types.money import BitTitanMoney
from bittitan_plugin.domain.cancellation import CancellationTerms


@strawberry.type(description="Whether an asset can be cancelled now, until when, for how much.")
class BitTitanCancellation:
    """Reading it changes nothing."""

    allowed: bool = strawberry.field(description="Whether it can be cancelled now.")
    code: BitTitanErrorCode | None = strawberry.field(description="Why not, for programs.")
    message: str = strawberry.field(description="One sentence for people, in either case.")
    deadline: datetime = strawberry.field(
        description="The first instant at which it is too late: the midnight that ends the last "
        "day of the window, in the installation's time zone."
    )
    refund: BitTitanMoney = strawberry.field(
        description="What a cancellation credits: always the full amount."
    )
    automatic: bool = strawberry.field(
        description="Whether a customer's cancellation would execute without staff."
    )

    @classmethod
    def of(cls, terms: CancellationTerms) -> "BitTitanCancellation":
        """From the domain's value."""
        return cls(
            allowed=terms.allowed,
            code=BitTitanErrorCode[terms.code.name] if terms.code else None,
            message=terms.message,
            deadline=terms.closes_at,
            refund=BitTitanMoney.of(terms.refund),
            automatic=terms.automatic,
        )
