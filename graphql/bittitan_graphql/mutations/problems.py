"""Mutations of a problem: its button, and dismissing it until it happens again."""

from typing import Annotated

import strawberry

from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProblemError, refusals
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import PROBLEM, read_global_id
from bittitan_graphql.types.problems import BitTitanProblem
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.services import problems

_ProblemId = Annotated[strawberry.ID, argument("The problem's global id.")]


@strawberry.type(description="What came of acting on a problem.")
class BitTitanProblemAct:
    """The work that it began may still be in progress."""

    problem: BitTitanProblem | None = optional(
        "The problem as it is now; it closes when its cause is gone."
    )
    errors: list[BitTitanProblemError] = refusals("Why nothing was done; empty when something was.")


@strawberry.type(description="What came of dismissing a problem.")
class BitTitanProblemDismiss:
    """Dismissing it again changes nothing."""

    problem: BitTitanProblem | None = optional("The problem, put aside.")
    errors: list[BitTitanProblemError] = refusals("Why it was not dismissed; empty when it was.")


@strawberry.type
class ProblemMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation("Does what the problem's `action` says.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_problem_act(
        self, info: strawberry.Info, id: _ProblemId
    ) -> BitTitanProblemAct | None:
        """Enqueues the work and answers."""
        scope, key = scope_of(info), read_global_id(PROBLEM, id)
        problem = await perform(scope, problems.act, key, scope.viewer.actor)
        return BitTitanProblemAct(problem=BitTitanProblem.of(problem))

    @mutation(
        "Puts a problem aside until it happens again. Works while the plugin is switched off.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_problem_dismiss(
        self, info: strawberry.Info, id: _ProblemId
    ) -> BitTitanProblemDismiss | None:
        """Stores who did it."""
        scope, key = scope_of(info), read_global_id(PROBLEM, id)
        problem = await perform(scope, problems.dismiss, key, scope.viewer.actor)
        return BitTitanProblemDismiss(problem=BitTitanProblem.of(problem))
