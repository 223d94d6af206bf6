"""The mutation that begins a reconciliation; ``bittitanRun`` shows its progress and report."""

from typing import Annotated

import strawberry

from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanRunError, refusals
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.types.runs import BitTitanRun
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.reconciliation import MOST_CHANGES
from bittitan_plugin.services.reconciling import reconciliation

_Apply = Annotated[bool, argument("Mend what is found; otherwise nothing is changed.")]
_MaxChanges = Annotated[int, argument("It stops after so many changes, and says so.")]


@strawberry.type(description="The reconciliation that was begun.")
class BitTitanReconcile:
    """The run continues by itself."""

    run: BitTitanRun | None = optional("Follow it by its id.")
    errors: list[BitTitanRunError] = refusals("Why none was begun; empty when one was.")


@strawberry.type
class RunMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Compares the platform's orders, the assets and BitTitan's coupons, durably and one at a "
        "time. Changes nothing unless told to apply.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_reconcile(
        self, info: strawberry.Info, apply: _Apply = False, max_changes: _MaxChanges = MOST_CHANGES
    ) -> BitTitanReconcile | None:
        """Answers at once."""
        scope = scope_of(info)
        started_by, start = scope.viewer.actor.name, reconciliation.start
        run = await perform(scope, start, started_by, apply=apply, max_changes=max_changes)
        return BitTitanReconcile(run=BitTitanRun.of(run))
