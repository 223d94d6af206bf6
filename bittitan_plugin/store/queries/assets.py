"""Lists assets, filtered, searched, sorted and paged; and the newest ones of several accounts."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    false,
    func,
    null,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.described import Described
from bittitan_plugin.store.mapping import to_asset
from bittitan_plugin.store.queries.audience import Audience, Nothing, OnlyAccounts
from bittitan_plugin.store.queries.keyset import Listing, SortKey, reading
from bittitan_plugin.store.queries.search import contains
from bittitan_plugin.store.tables import AssetRow, RetryRow, StockCodeRow
from bittitan_plugin.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class AssetFilter:
    """Which assets; None leaves a criterion out, an empty collection matches nothing."""

    provisioning_statuses: Collection[ProvisioningStatus] | None = None
    coupon_statuses: Collection[CouponStatus] | None = None
    statuses: Collection[AssetStatus] | None = None
    product_types: Collection[ProductType] | None = None
    order_ids: Collection[str] | None = None
    account_ids: Collection[UUID] | None = None
    #: The end customers they were bought for; None among them means the buyer itself.
    end_customer_ids: Collection[UUID | None] | None = None
    #: Both ends belong to the range.
    purchased_from: datetime | None = None
    purchased_until: datetime | None = None
    #: Whether anything about them waits for another attempt.
    waits: bool | None = None
    #: When the next attempt of what waits about them is due; both ends belong to the range.
    next_attempt_from: datetime | None = None
    next_attempt_until: datetime | None = None
    #: Part of the name, friendly name, order number or, for viewers who may see it, the recipient's
    #: address.
    search: str = ""
    #: The fingerprint of one coupon code (see ``code_lookup.py``); empty matches nothing.
    code_mark: str | None = None


class AssetSort(Described):
    """The values by which assets can be sorted."""

    PURCHASE_DATE = "PURCHASE_DATE", "When it was bought."
    NAME = "NAME", "The product's name at purchase, whatever its case."
    FRIENDLY_NAME = "FRIENDLY_NAME", "The buyer's name for it; none counts as greatest."
    TOTAL = "TOTAL", "The amount paid, whatever its currency."
    QUANTITY = "QUANTITY", "The number of licences."
    COUPON_EXPIRES_AT = (
        "COUPON_EXPIRES_AT",
        "When its code stops being redeemable; never counts as greatest.",
    )


def sort_key(by: AssetSort, *, descending: bool) -> SortKey:
    """The sorting of a list of assets."""
    expression, kind = _SORTS[by]
    return SortKey(
        expression=expression,
        id=AssetRow.id,
        kind=kind,
        nullable=by in _NULLABLE,
        descending=descending,
    )


def asset_list(
    work: UnitOfWork, audience: Audience, wanted: AssetFilter, sort: SortKey
) -> Listing[Asset]:
    """The assets that match."""
    return Listing(
        session=work.session,
        rows=select(AssetRow).where(*_conditions(work, audience, wanted)),
        sort=_veiled(sort, audience),
        read=reading(to_asset),
    )


def newest_of_accounts(
    work: UnitOfWork, audience: Audience, account_ids: Collection[UUID], limit: int
) -> dict[UUID, list[Asset]]:
    """The newest assets bought by, or for, each account, in one statement."""
    mine = _scope(work, audience)
    owners: tuple[InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], ...] = (
        AssetRow.account_id,
        AssetRow.end_customer_id,
    )
    # One asset can belong to two of the accounts: the reseller's and its end customer's.
    owned = union(
        *(
            select(owner.label("owner"), AssetRow.id, AssetRow.purchase_date).where(
                *mine, owner.in_(account_ids)
            )
            for owner in owners
        )
    ).subquery()
    newest_first = (owned.c.purchase_date.desc(), owned.c.id.desc())
    place = func.row_number().over(partition_by=owned.c.owner, order_by=newest_first)
    ranked = select(owned.c.owner, owned.c.id, place.label("place")).subquery()
    found: dict[UUID, list[Asset]] = {account_id: [] for account_id in account_ids}
    for row, owner in work.session.execute(
        select(AssetRow, ranked.c.owner)
        .join(ranked, ranked.c.id == AssetRow.id)
        .where(ranked.c.place <= limit)
        .order_by(ranked.c.place)
    ):
        found[owner].append(to_asset(row))
    return found


#: Text is sorted without regard to case; the database lowers both sides of a comparison.
_SORTS: dict[AssetSort, tuple[SQLColumnExpression[object], type]] = {
    AssetSort.PURCHASE_DATE: (AssetRow.purchase_date, datetime),
    AssetSort.NAME: (func.lower(AssetRow.name), str),
    AssetSort.FRIENDLY_NAME: (func.lower(AssetRow.friendly_name), str),
    AssetSort.TOTAL: (AssetRow.total_amount, Decimal),
    AssetSort.QUANTITY: (AssetRow.quantity, int),
    AssetSort.COUPON_EXPIRES_AT: (AssetRow.coupon_expires_at, datetime),
}
#: The total is null for the end customer: neither the sorting nor a cursor may reveal it.
_NULLABLE = {AssetSort.FRIENDLY_NAME, AssetSort.COUPON_EXPIRES_AT, AssetSort.TOTAL}


def _veiled(sort: SortKey, audience: Audience) -> SortKey:
    if sort.expression is not AssetRow.total_amount:
        return sort
    shown = case((_bought(audience), AssetRow.total_amount), else_=null())
    return replace(sort, expression=shown)


def _bought(audience: Audience) -> ColumnElement[bool]:
    """The assets with terms that the audience may see too: see ``domain/access.py``."""
    if isinstance(audience, OnlyAccounts):
        return AssetRow.account_id == audience.buyer_id if audience.buyer_id else false()
    return true()


def _scope(work: UnitOfWork, audience: Audience) -> list[ColumnElement[bool]]:
    conditions = [AssetRow.installation_id == work.installation_id]
    if isinstance(audience, OnlyAccounts):
        conditions.append(
            or_(AssetRow.account_id.in_(audience.ids), AssetRow.end_customer_id.in_(audience.ids))
        )
    elif isinstance(audience, Nothing):
        conditions.append(false())
    return conditions


def _conditions(
    work: UnitOfWork, audience: Audience, wanted: AssetFilter
) -> list[ColumnElement[bool]]:
    conditions = _scope(work, audience)
    choices: tuple[tuple[InstrumentedAttribute[str], Collection[str] | None], ...] = (
        (AssetRow.provisioning_status, wanted.provisioning_statuses),
        (AssetRow.coupon_status, wanted.coupon_statuses),
        (AssetRow.status, wanted.statuses),
        (AssetRow.product_type, wanted.product_types),
        (AssetRow.order_id, wanted.order_ids),
    )
    conditions += [
        column.in_([str(choice) for choice in chosen])
        for column, chosen in choices
        if chosen is not None
    ]
    if wanted.account_ids is not None:
        # For the end customer, a match would reveal who the reseller is.
        conditions += [AssetRow.account_id.in_(wanted.account_ids), _bought(audience)]
    if wanted.end_customer_ids is not None:
        named = [each for each in wanted.end_customer_ids if each is not None]
        chosen_ones = [AssetRow.end_customer_id.in_(named)]
        if None in wanted.end_customer_ids:
            chosen_ones.append(AssetRow.end_customer_id.is_(None))
        conditions.append(or_(*chosen_ones))
    if wanted.purchased_from is not None:
        conditions.append(AssetRow.purchase_date >= wanted.purchased_from)
    if wanted.purchased_until is not None:
        conditions.append(AssetRow.purchase_date <= wanted.purchased_until)
    conditions += _waiting(work, wanted)
    if wanted.code_mark is not None:
        conditions.append(_holds_code(work, wanted.code_mark))
    if wanted.search:
        conditions.append(
            or_(
                contains(
                    wanted.search, AssetRow.name, AssetRow.friendly_name, AssetRow.order_number
                ),
                and_(_bought(audience), contains(wanted.search, AssetRow.recipient_email)),
            )
        )
    return conditions


def _waiting(work: UnitOfWork, wanted: AssetFilter) -> list[ColumnElement[bool]]:
    next_ = func.min(RetryRow.next_attempt_at)
    whole = (
        select(RetryRow.asset_id)
        .where(RetryRow.installation_id == work.installation_id, RetryRow.asset_id.is_not(None))
        .group_by(RetryRow.asset_id)
    )
    conditions: list[ColumnElement[bool]] = []
    if wanted.waits is not None:
        waits = AssetRow.id.in_(whole)
        conditions.append(waits if wanted.waits else ~waits)
    if wanted.next_attempt_from is not None:
        conditions.append(AssetRow.id.in_(whole.having(next_ >= wanted.next_attempt_from)))
    if wanted.next_attempt_until is not None:
        conditions.append(AssetRow.id.in_(whole.having(next_ <= wanted.next_attempt_until)))
    return conditions


def _holds_code(work: UnitOfWork, mark: str) -> ColumnElement[bool]:
    """Assets with that code: the API's are marked on their asset, those from stock in the stock."""
    issued = select(AssetRow.id).where(
        AssetRow.installation_id == work.installation_id, AssetRow.code_fingerprint == mark
    )
    drawn = select(StockCodeRow.asset_id).where(
        StockCodeRow.installation_id == work.installation_id,
        StockCodeRow.fingerprint == mark,
        StockCodeRow.asset_id.is_not(None),
    )
    return AssetRow.id.in_(union(issued, drawn).scalar_subquery())
