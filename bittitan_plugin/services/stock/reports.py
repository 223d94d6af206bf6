"""Computes the stock's figures, in one visit to the database and without decrypting codes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.stock_report import (
    SOON_DAYS,
    Amount,
    StockReport,
    TypeReport,
    Week,
    days_left,
    judged_from,
    months_of,
    week_bounds,
)
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.queries.stock import free_by_expiry, sold_between


def stock_report(tenant: Tenant) -> StockReport:
    """The stock's contents, sales, and how long it lasts, as of now."""
    now = tenant.ports.clock()
    with tenant.reading() as work:
        zone = work.installations.by_id(tenant.id).configuration.zone
        free = free_by_expiry(work, now)
        sold = [
            (monday, sold_between(work, since, until))
            for monday, since, until in week_bounds(now, zone)
        ]
        lately = sold_between(work, judged_from(now, zone), now + timedelta(days=1))
        waiting = {kind: work.assets.count_waiting_for_stock(kind) for kind in ProductType}
    return StockReport(
        at=now,
        types=tuple(
            TypeReport(
                product_type=kind,
                free=_sum(free.get(kind, ())),
                months=months_of(free.get(kind, ()), zone),
                expiring_soon=_sum(_before(free.get(kind, ()), now + timedelta(days=SOON_DAYS))),
                weeks=tuple(
                    Week(begins=monday, amount=week.get(kind, Amount())) for monday, week in sold
                ),
                days_left=days_left(
                    _sum(free.get(kind, ())).licenses, lately.get(kind, Amount()).licenses
                ),
                waiting=waiting[kind],
            )
            for kind in ProductType
        ),
    )


def _sum(expiries: Sequence[tuple[datetime, Amount]]) -> Amount:
    return sum((amount for _, amount in expiries), Amount())


def _before(
    expiries: Sequence[tuple[datetime, Amount]], end: datetime
) -> list[tuple[datetime, Amount]]:
    return [(expires_at, amount) for expires_at, amount in expiries if expires_at <= end]
