"""Queries for problems, which need a person."""

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import query
from bittitan_graphql.paging import (
    After,
    Asked,
    Before,
    CountableConnection,
    First,
    Last,
    connected,
)
from bittitan_graphql.types.problems import BitTitanProblem
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.store.queries.lists import problem_list


@strawberry.type
class ProblemQueries:
    """Inherited by ``BitTitanQuery``."""

    @query("Open problems, the oldest first.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_problems(
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CountableConnection[BitTitanProblem] | None:
        """One statement, and another one only for ``totalCount``."""
        scope = scope_of(info)
        return await connected(
            scope, Asked(first, after, last, before), problem_list, BitTitanProblem.of
        )
