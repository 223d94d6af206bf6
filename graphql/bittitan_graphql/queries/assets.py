"""Queries for assets."""

from dataclasses import replace
from typing import Annotated

import strawberry

from bittitan_graphql.access import audience, require, require_signed_in, sees
from bittitan_graphql.context import scope_of
from bittitan_graphql.enums import Direction
from bittitan_graphql.fields import argument, query
from bittitan_graphql.global_ids import ACCOUNT, ASSET, AssetId, read_global_id
from bittitan_graphql.inputs import (
    BitTitanAssetSortingInput,
    BitTitanAssetWhereInput,
    BitTitanDateTimeRangeInput,
    chosen,
    chosen_ids,
    instant,
)
from bittitan_graphql.paging import (
    After,
    Asked,
    Before,
    CountableConnection,
    First,
    Last,
    connected,
    searched,
)
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.coupons.code_lookup import mark_of
from bittitan_plugin.store.queries.assets import (
    AssetFilter,
    AssetSort,
    asset_list,
    sort_key,
)
from bittitan_plugin.store.queries.keyset import SortKey
from bittitan_plugin.store.unit_of_work import UnitOfWork

_Where = Annotated[BitTitanAssetWhereInput | None, argument("Which assets.")]
_Search = Annotated[
    str | None,
    argument(
        "Part of the name, the friendly name, the order number or the recipient's "
        "e-mail address, whatever its case."
    ),
]
_SortBy = Annotated[
    BitTitanAssetSortingInput | None,
    argument("In which order; the newest first unless said otherwise."),
]


@strawberry.type
class AssetQueries:
    """Inherited by ``BitTitanQuery``."""

    @query(
        "One asset, or null when there is none that the viewer may see. Requires "
        "MANAGE_ORDERS, or to be signed in as the account that bought it or its end customer.",
    )
    async def bittitan_asset(self, info: strawberry.Info, id: AssetId) -> BitTitanAsset | None:
        """Others' assets are reported as missing."""
        scope = scope_of(info)
        require_signed_in(scope, Permission.MANAGE_ORDERS)
        key = read_global_id(ASSET, id)

        def find(work: UnitOfWork) -> Asset | None:
            try:
                return work.assets.get(key)
            except Refusal as refusal:
                if refusal.code is ErrorCode.NOT_FOUND:
                    return None
                raise

        asset = await scope.read(find)
        return BitTitanAsset.of(asset) if asset and await sees(scope, asset) else None

    @query(
        "Assets: all of them with MANAGE_ORDERS; to a signed-in customer those it "
        "bought and those bought for it.",
    )
    async def bittitan_assets(  # noqa: PLR0913, PLR0917 - as Saleor has its lists
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: _Where = None,
        search: _Search = None,
        sort_by: _SortBy = None,
    ) -> CountableConnection[BitTitanAsset] | None:
        """One statement, and another one only for ``totalCount``."""
        scope = scope_of(info)
        readers = await audience(scope, Permission.MANAGE_ORDERS)
        if where is not None and (where.next_attempt, where.has_next_attempt) != (None, None):
            require(scope, Permission.MANAGE_ORDERS)
        sort, wanted = _sort(sort_by), _filter(where, search)
        if where is not None and where.coupon_code is not None:
            code = where.coupon_code
            mark = await scope.read(lambda work: mark_of(scope.tenant.ports, work, code))
            wanted = replace(wanted, code_mark=mark)
        return await connected(
            scope,
            Asked(first, after, last, before),
            lambda work: asset_list(work, readers, wanted, sort),
            BitTitanAsset.of,
        )


def _sort(sort_by: BitTitanAssetSortingInput | None) -> SortKey:
    if sort_by is None:
        return sort_key(AssetSort.PURCHASE_DATE, descending=True)
    descending = sort_by.direction is Direction.DESC
    return sort_key(sort_by.field, descending=descending)


def _filter(where: BitTitanAssetWhereInput | None, search: str | None) -> AssetFilter:
    where = where or BitTitanAssetWhereInput()
    accounts = chosen_ids(where.account_id, field="where.account_id")
    dates = where.purchase_date or BitTitanDateTimeRangeInput()
    due = where.next_attempt or BitTitanDateTimeRangeInput()
    return AssetFilter(
        provisioning_statuses=chosen(where.provisioning_status),
        coupon_statuses=chosen(where.coupon_status),
        statuses=chosen(where.status),
        product_types=chosen(where.product_type),
        order_ids=chosen_ids(where.order_id, field="where.order_id"),
        account_ids=None
        if accounts is None
        else [read_global_id(ACCOUNT, text, field="where.account_id") for text in accounts],
        purchased_from=instant(dates.gte, field="where.purchase_date.gte"),
        purchased_until=instant(dates.lte, field="where.purchase_date.lte"),
        waits=where.has_next_attempt,
        next_attempt_from=instant(due.gte, field="where.next_attempt.gte"),
        next_attempt_until=instant(due.lte, field="where.next_attempt.lte"),
        search=searched(search),
    )
