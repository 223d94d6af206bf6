"""What clients send about cancellation requests."""

from typing import Annotated

import strawberry

from bittitan_graphql.enums import BitTitanCancellationRequestState
from bittitan_graphql.inputs import FilterInput

RequestId = Annotated[
    strawberry.ID, strawberry.argument(description="The cancellation request's global id.")
]
Comment = Annotated[
    str, strawberry.argument(description="Why, in words for staff; at most 1000 characters.")
]
Reason = Annotated[
    str, strawberry.argument(description="Why not; the customer is told. 1 to 1000 characters.")
]


@strawberry.input(description="Which cancellation requests.")
class BitTitanCancellationRequestWhereInput:
    """Missing conditions do not restrict."""

    status: FilterInput[BitTitanCancellationRequestState] | None = strawberry.field(
        default=None, description="By what became of it."
    )
