"""Queries for the coupon stock and codes to revoke. Staff only."""

from datetime import datetime
from typing import Annotated

import anyio.to_thread
import strawberry

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import argument, optional, query
from bittitan_graphql.inputs import instant
from bittitan_graphql.paging import (
    After,
    Asked,
    Before,
    CountableConnection,
    First,
    Last,
    connected,
)
from bittitan_graphql.types.revocations import BitTitanRevocation
from bittitan_graphql.types.stock import BitTitanStock, BitTitanStockCode
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.revocations import RevocationState
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.services.stock.reports import stock_report
from bittitan_plugin.store.queries.lists import (
    revocation_list,
)
from bittitan_plugin.store.queries.stock import StockFilter, code_list


@strawberry.input(description="Which coupon codes; whatever is left out does not matter.")
class BitTitanStockCodeWhereInput:
    """All given criteria must hold."""

    state: StockState | None = optional("What became of them.")
    product_type: ProductType | None = optional("What kind of licence they are.")
    expires_before: datetime | None = optional("They stop being redeemable before that.")


_Codes = Annotated[
    BitTitanStockCodeWhereInput | None, argument("Which codes; all of them unless said otherwise.")
]
_States = Annotated[
    list[RevocationState] | None,
    argument("In which states; those that wait unless said otherwise."),
]


@strawberry.type
class StockQueries:
    """Inherited by ``BitTitanQuery``."""

    @query("What the coupon stock holds, by product type.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_stock(self, info: strawberry.Info) -> list[BitTitanStock] | None:
        """Sums over indexes; no code is decrypted."""
        scope = scope_of(info)
        report = await anyio.to_thread.run_sync(stock_report, scope.tenant)
        return [BitTitanStock.of(each) for each in report.types]

    @query("Imported coupon codes, those expiring soonest first.", needs=Permission.MANAGE_ORDERS)
    async def bittitan_stock_codes(
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: _Codes = None,
    ) -> CountableConnection[BitTitanStockCode] | None:
        """One statement, and another one only for ``totalCount``."""
        scope = scope_of(info)
        wanted = _filter(where or BitTitanStockCodeWhereInput())
        return await connected(
            scope,
            Asked(first, after, last, before),
            lambda work: code_list(work, wanted),
            BitTitanStockCode.of,
        )

    @query(
        "Codes that staff have to revoke in BitTitan's portal, the most urgent first.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_revocations(
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        states: _States = None,
    ) -> CountableConnection[BitTitanRevocation] | None:
        """One statement, and another one only for ``totalCount``."""
        scope = scope_of(info)
        wanted = [RevocationState.AWAITING] if states is None else states
        return await connected(
            scope,
            Asked(first, after, last, before),
            lambda work: revocation_list(work, wanted),
            BitTitanRevocation.of,
        )


def _filter(where: BitTitanStockCodeWhereInput) -> StockFilter:
    return StockFilter(
        state=where.state,
        product_type=where.product_type,
        expires_before=instant(where.expires_before, field="where.expires_before"),
    )
