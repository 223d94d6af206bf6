"""What *Get Services Definition* did, as clients see it."""

import strawberry

from bittitan_graphql.types.catalogue import BitTitanProductType
from bittitan_plugin.services.import_report import Skipped, TypeOutcome


@strawberry.type(description="One of the two product types, on the platform.")
class BitTitanProductTypeOutcome:
    """Whether it was there already."""

    product_type: BitTitanProductType = strawberry.field(description="Which one.")
    created: bool = strawberry.field(
        description="Whether the platform had to make it; false when it had it already."
    )

    @classmethod
    def of(cls, outcome: TypeOutcome) -> "BitTitanProductTypeOutcome":
        """From the use case's value."""
        return cls(
            product_type=BitTitanProductType.of(outcome.product_type), created=outcome.created
        )


@strawberry.type(description="A row of BitTitan's list that was not imported.")
class BitTitanSkippedRow:
    """The rows around it were."""

    position: int = strawberry.field(description="Its place in the list, from 0.")
    sku: str | None = strawberry.field(description="Null where the row could not be read.")
    reason: str = strawberry.field(description="Why, in one sentence.")

    @classmethod
    def of(cls, skipped: Skipped) -> "BitTitanSkippedRow":
        """From the use case's value."""
        return cls(position=skipped.position, sku=skipped.sku, reason=skipped.reason)
