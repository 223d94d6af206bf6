"""Problems: what needs a person, with the next step."""

from datetime import datetime

import strawberry

from bittitan_graphql.enums import BitTitanProblemKind
from bittitan_graphql.global_ids import ASSET, PROBLEM, global_id
from bittitan_plugin.domain.problems import Problem


@strawberry.type(description="Something that needs a person.")
class BitTitanProblem:
    """Said once; repetitions count up."""

    id: strawberry.ID = strawberry.field(description="Global id.")
    kind: BitTitanProblemKind = strawberry.field(description="What kind of attention it needs.")
    asset_id: strawberry.ID | None = strawberry.field(description="The asset it is about, if any.")
    message: str = strawberry.field(description="What is wrong.")
    next_step: str = strawberry.field(description="What to do about it.")
    first_at: datetime = strawberry.field(description="When it was first noticed.")
    last_at: datetime = strawberry.field(description="When it was last noticed.")
    occurrences: int = strawberry.field(description="How often it was noticed.")

    @classmethod
    def of(cls, problem: Problem) -> "BitTitanProblem":
        """From the domain's value."""
        return cls(
            id=global_id(PROBLEM, problem.id),
            kind=BitTitanProblemKind[problem.kind.name],
            asset_id=global_id(ASSET, problem.asset_id) if problem.asset_id else None,
            message=problem.message,
            next_step=problem.next_step,
            first_at=problem.first_at,
            last_at=problem.last_at,
            occurrences=problem.occurrences,
        )
