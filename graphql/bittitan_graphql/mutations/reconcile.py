"""Beginning a reconciliation; ``bittitanRun`` tells how far it is and what it found."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanRunError, payload_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.types.runs import BitTitanRun
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.reconciliation import MOST_CHANGES
from bittitan_plugin.services.reconciling import reconciliation

Apply = Annotated[
    bool, strawberry.argument(description="Mend what is found; otherwise nothing is changed.")
]
MaxChanges = Annotated[
    int, strawberry.argument(description="It stops after so many changes, and says so.")
]


@strawberry.type(description="The reconciliation that was begun.")
class BitTitanReconcile:
    """It goes on by itself."""

    run: BitTitanRun | None = strawberry.field(default=None, description="Follow it by its id.")
    errors: list[BitTitanRunError] = strawberry.field(
        default_factory=list, description="Why none was begun; empty when one was."
    )


@strawberry.type
class ReconcileMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Compares the platform's orders, the assets and BitTitan's coupons, durably and one at a "
        "time. Changes nothing unless told to apply. Requires MANAGE_ORDERS."
    )
    async def bittitan_reconcile(
        self, info: strawberry.Info, apply: Apply = False, max_changes: MaxChanges = MOST_CHANGES
    ) -> BitTitanReconcile | None:
        """Answers at once."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            run = await perform(
                scope,
                reconciliation.start,
                scope.viewer.actor.name,
                apply=apply,
                max_changes=max_changes,
            )
        except BitTitanError as error:
            return BitTitanReconcile(errors=payload_errors(error, BitTitanRunError))
        return BitTitanReconcile(run=BitTitanRun.of(run))
