"""Putting a problem aside until it happens again."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProblemError, payload_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import PROBLEM, read_global_id
from bittitan_graphql.mutations.problem_act import ProblemId
from bittitan_graphql.types.problems import BitTitanProblem
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services import problems


@strawberry.type(description="What came of dismissing a problem.")
class BitTitanProblemDismiss:
    """Dismissing it again changes nothing."""

    problem: BitTitanProblem | None = strawberry.field(
        default=None, description="The problem, put aside."
    )
    errors: list[BitTitanProblemError] = strawberry.field(
        default_factory=list, description="Why it was not dismissed; empty when it was."
    )


@strawberry.type
class ProblemDismissMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Puts a problem aside until it happens again. Works while the plugin is switched off. "
        "Requires MANAGE_ORDERS."
    )
    async def bittitan_problem_dismiss(
        self,
        info: strawberry.Info,
        id: ProblemId,  # noqa: A002
    ) -> BitTitanProblemDismiss | None:
        """Remembers who did it."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            key = read_global_id(PROBLEM, id)
            problem = await perform(scope, problems.dismiss, key, scope.viewer.actor)
        except BitTitanError as error:
            return BitTitanProblemDismiss(errors=payload_errors(error, BitTitanProblemError))
        return BitTitanProblemDismiss(problem=BitTitanProblem.of(problem))
