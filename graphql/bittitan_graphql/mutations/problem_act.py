"""The button beside a problem."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProblemError, payload_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import PROBLEM, read_global_id
from bittitan_graphql.types.problems import BitTitanProblem
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services import problems

ProblemId = Annotated[strawberry.ID, strawberry.argument(description="The problem's global id.")]


@strawberry.type(description="What came of acting on a problem.")
class BitTitanProblemAct:
    """What it began may still be under way."""

    problem: BitTitanProblem | None = strawberry.field(
        default=None, description="The problem as it is now; it closes when its cause is gone."
    )
    errors: list[BitTitanProblemError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty when something was."
    )


@strawberry.type
class ProblemActMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation("Does what the problem's `action` says. Requires MANAGE_ORDERS.")
    async def bittitan_problem_act(
        self,
        info: strawberry.Info,
        id: ProblemId,  # noqa: A002
    ) -> BitTitanProblemAct | None:
        """Hands the work in and answers."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            key = read_global_id(PROBLEM, id)
            problem = await perform(scope, problems.act, key, scope.viewer.actor)
        except BitTitanError as error:
            return BitTitanProblemAct(errors=payload_errors(error, BitTitanProblemError))
        return BitTitanProblemAct(problem=BitTitanProblem.of(problem))
