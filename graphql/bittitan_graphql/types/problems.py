"""The GraphQL type of problems: what needs a person, with the next step."""

from datetime import datetime

import strawberry

from bittitan_graphql.global_ids import ASSET, PROBLEM, global_id
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind


@strawberry.type(description="Something that needs a person.")
class BitTitanProblem:
    """Raised once; repetitions count up."""

    id: strawberry.ID = strawberry.field(description="Global id.")
    kind: ProblemKind = strawberry.field(description="What kind of attention it needs.")
    asset_id: strawberry.ID | None = strawberry.field(description="The asset it is about, if any.")
    message: str = strawberry.field(description="What is wrong.")
    order_id: strawberry.ID | None = strawberry.field(
        description="The platform's order it is about, where there is no asset."
    )
    next_step: str = strawberry.field(description="What to do about it.")
    action: ProblemAction = strawberry.field(description="What `bittitanProblemAct` does about it.")
    first_at: datetime = strawberry.field(description="When it was first noticed.")
    last_at: datetime = strawberry.field(description="When it was last noticed.")
    occurrences: int = strawberry.field(description="How often it was noticed.")
    resolved_at: datetime | None = strawberry.field(
        description="When its cause went away or somebody put it aside; null while it is open."
    )
    dismissed_by: str | None = strawberry.field(
        description="Who put it aside until it happens again."
    )

    @classmethod
    def of(cls, problem: Problem) -> "BitTitanProblem":
        """From the domain's value."""
        return cls(
            id=global_id(PROBLEM, problem.id),
            kind=problem.kind,
            asset_id=global_id(ASSET, problem.asset_id) if problem.asset_id else None,
            message=problem.message,
            order_id=strawberry.ID(problem.order_id) if problem.order_id else None,
            next_step=problem.next_step,
            action=problem.action,
            first_at=problem.first_at,
            last_at=problem.last_at,
            occurrences=problem.occurrences,
            resolved_at=problem.resolved_at,
            dismissed_by=problem.dismissed_by,
        )
