"""Queries for long runs."""

from typing import Annotated

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import argument, query
from bittitan_graphql.global_ids import RUN, read_global_id
from bittitan_graphql.paging import LARGEST_PAGE
from bittitan_graphql.types.runs import BitTitanRun
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.runs import RunKind

RunId = Annotated[strawberry.ID, argument("The run's global id.")]
OfKind = Annotated[RunKind | None, argument("Only runs of this kind.")]
Newest = Annotated[int, argument("How many, from the newest on; at most 100.")]


@strawberry.type
class RunQueries:
    """Inherited by ``BitTitanQuery``."""

    @query("One long run, to follow how far it is.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_run(self, info: strawberry.Info, id: RunId) -> BitTitanRun | None:
        """Null when there is none with that id."""
        scope = scope_of(info)
        key = read_global_id(RUN, id)
        run = await scope.read(lambda work: work.runs.find(key))
        return BitTitanRun.of(run) if run else None

    @query("The newest long runs.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_runs(
        self, info: strawberry.Info, kind: OfKind = None, first: Newest = 20
    ) -> list[BitTitanRun] | None:
        """One statement."""
        scope = scope_of(info)
        if not 0 <= first <= LARGEST_PAGE:
            raise Refusal(
                ErrorCode.INVALID, f"first is {first}; it lies in 0–{LARGEST_PAGE}.", field="first"
            )
        found = await scope.read(lambda work: work.runs.latest(kind, first))
        return [BitTitanRun.of(run) for run in found]
