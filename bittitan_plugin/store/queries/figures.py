"""The figures of the overview, from a handful of grouped statements that use indexes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Case, ColumnElement, SQLColumnExpression, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.store.tables import (
    AccountRow,
    AssetRow,
    CancellationRequestRow,
    HistoryRow,
    ProblemRow,
    ProductRow,
    RetryRow,
)
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: How many of the latest provisionings are measured for their duration. Our choice.
LATEST = 500


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits for a person."""

    requests: int
    problems: int


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """What workers are doing."""

    provisioning: int
    cancelling: int


@dataclass(frozen=True, kw_only=True)
class ToTryAgain:
    """Durable work that waits for another attempt, and how much of it is overdue."""

    all: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Whether there are any accounts and sales yet."""

    accounts: bool
    assets: bool


@dataclass(frozen=True, kw_only=True)
class ProductCount:
    """How many products there are of a type, and how many of them customers can buy."""

    all: int
    published: int


@dataclass(frozen=True, kw_only=True)
class Week:
    """One week of sales: licences sold, by product type."""

    begins: datetime
    sold: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class WeekOfReturns:
    """One week of cancellations and what was credited for them."""

    begins: datetime
    cancelled: int
    credited: tuple[Money, ...]


def waiting(work: UnitOfWork) -> Waiting:
    """Pending requests and open problems, each by an indexed part of one statement."""
    requests = select(func.count()).where(
        CancellationRequestRow.installation_id == work.installation_id,
        CancellationRequestRow.state == RequestState.PENDING.value,
    )
    problems = select(func.count()).where(
        ProblemRow.installation_id == work.installation_id, ProblemRow.resolved_at.is_(None)
    )
    row = work.session.execute(select(requests.scalar_subquery(), problems.scalar_subquery())).one()
    return Waiting(requests=row[0], problems=row[1])


def under_way(work: UnitOfWork) -> UnderWay:
    """Assets that wait for their coupon, and cancellations that are being executed."""
    active = _counted(
        work, AssetRow.provisioning_status, AssetRow.status == AssetStatus.ACTIVE.value
    )
    status = _counted(work, AssetRow.status, AssetRow.status == AssetStatus.CANCELLING.value)
    return UnderWay(
        provisioning=active.get(ProvisioningStatus.PENDING, 0),
        cancelling=status.get(AssetStatus.CANCELLING, 0),
    )


def to_try_again(work: UnitOfWork, due_before: datetime) -> ToTryAgain:
    """Work that waits; overdue is what was due before then."""
    overdue = func.count(case((RetryRow.next_attempt_at < due_before, RetryRow.id)))
    row = work.session.execute(
        select(func.count(), overdue).where(RetryRow.installation_id == work.installation_id)
    ).one()
    return ToTryAgain(all=row[0], overdue=row[1])


def begun(work: UnitOfWork) -> Begun:
    """Whether there are accounts and whether anything was sold."""
    accounts = exists().where(AccountRow.installation_id == work.installation_id)
    assets = exists().where(AssetRow.installation_id == work.installation_id)
    row = work.session.execute(select(accounts, assets)).one()
    return Begun(accounts=row[0], assets=row[1])


def products_of(work: UnitOfWork) -> dict[ProductType, ProductCount]:
    """How many products there are of each type, in its order; those without any, too."""
    published = func.count(case((ProductRow.published, ProductRow.id)))
    query = (
        select(ProductRow.product_type, func.count(), published)
        .where(ProductRow.installation_id == work.installation_id)
        .group_by(ProductRow.product_type)
    )
    found = {
        kind: ProductCount(all=all_, published=on_sale)
        for kind, all_, on_sale in work.session.execute(query)
    }
    return {kind: found.get(kind, ProductCount(all=0, published=0)) for kind in ProductType}


def sales(work: UnitOfWork, weeks: Sequence[datetime]) -> list[Week]:
    """Licences sold in each week; ``weeks`` are their first instants, ascending."""
    place = _week_of(AssetRow.purchase_date, weeks)
    query = (
        select(place, AssetRow.product_type, func.sum(AssetRow.quantity))
        .where(AssetRow.installation_id == work.installation_id, AssetRow.purchase_date >= weeks[0])
        .group_by(place, AssetRow.product_type)
    )
    found: list[Week] = [Week(begins=begins, sold={}) for begins in weeks]
    for week, product_type, quantity in work.session.execute(query):
        found[week].sold[product_type] = int(quantity)
    return found


def returns(work: UnitOfWork, weeks: Sequence[datetime]) -> list[WeekOfReturns]:
    """Assets cancelled in each week, and what was credited for them, by currency."""
    place = _week_of(AssetRow.cancelled_at, weeks)
    credited = case((AssetRow.credit_invoice_id.is_not(None), AssetRow.total_amount))
    query = (
        select(place, AssetRow.currency, func.count(), func.sum(credited))
        .where(AssetRow.installation_id == work.installation_id, AssetRow.cancelled_at >= weeks[0])
        .group_by(place, AssetRow.currency)
    )
    counts, amounts = [0] * len(weeks), [list[Money]() for _ in weeks]
    for week, currency, count, amount in work.session.execute(query):
        counts[week] += count
        if amount:
            amounts[week].append(Money(amount, currency))
    return [
        WeekOfReturns(begins=begins, cancelled=counts[i], credited=tuple(amounts[i]))
        for i, begins in enumerate(weeks)
    ]


def by_provisioning(work: UnitOfWork, since: datetime) -> dict[str, int]:
    """Assets bought since then, by provisioning status."""
    return _counted(work, AssetRow.provisioning_status, AssetRow.purchase_date >= since)


def by_coupon(work: UnitOfWork) -> dict[str, int]:
    """Every asset with a coupon, by what became of the coupon."""
    return _counted(work, AssetRow.coupon_status, AssetRow.coupon_id.is_not(None))


def provisioning_times(work: UnitOfWork) -> list[timedelta]:
    """How long the latest provisionings took, shortest first."""
    query = (
        select(HistoryRow.at, AssetRow.purchase_date)
        .join(AssetRow, AssetRow.id == HistoryRow.asset_id)
        .where(
            HistoryRow.installation_id == work.installation_id,
            HistoryRow.field == "provisioningStatus",
            HistoryRow.after == "SYNCHRONIZED",
        )
        .order_by(HistoryRow.id.desc())
        .limit(LATEST)
    )
    return sorted(at - bought for at, bought in work.session.execute(query))


def _counted(
    work: UnitOfWork, column: InstrumentedAttribute[str], condition: ColumnElement[bool]
) -> dict[str, int]:
    query = (
        select(column, func.count())
        .where(AssetRow.installation_id == work.installation_id, condition)
        .group_by(column)
    )
    return {row[0]: row[1] for row in work.session.execute(query)}


def _week_of(column: SQLColumnExpression[Any], weeks: Sequence[datetime]) -> Case[int]:
    """The place of an instant's week: the last one that begins before it."""
    latest_first = [(column >= begins, place) for place, begins in enumerate(weeks)][::-1]
    return case(*latest_first, else_=0)
