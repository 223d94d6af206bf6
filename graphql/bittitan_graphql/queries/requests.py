"""Queries for cancellation requests."""

from typing import Annotated

import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import argument, optional, query
from bittitan_graphql.inputs import FilterInput, chosen
from bittitan_graphql.paging import (
    After,
    Asked,
    Before,
    CountableConnection,
    First,
    Last,
    connected,
)
from bittitan_graphql.types.assets import BitTitanCancellationRequest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.store.queries.lists import request_list


@strawberry.input(description="Which cancellation requests.")
class BitTitanCancellationRequestWhereInput:
    """Missing conditions do not restrict."""

    status: FilterInput[RequestState] | None = optional("By what became of it.")


_Where = Annotated[
    BitTitanCancellationRequestWhereInput | None,
    argument("Which requests; all of them unless said otherwise."),
]


@strawberry.type
class CancellationRequestQueries:
    """Inherited by ``BitTitanQuery``."""

    @query("Cancellation requests, the newest first.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_cancellation_requests(
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: _Where = None,
    ) -> CountableConnection[BitTitanCancellationRequest] | None:
        """One statement, and another one only for ``totalCount``."""
        scope = scope_of(info)
        states = chosen(where.status) if where else None
        return await connected(
            scope,
            Asked(first, after, last, before),
            lambda work: request_list(work, states),
            BitTitanCancellationRequest.of,
        )
