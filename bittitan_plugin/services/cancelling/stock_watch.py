"""Settles codes from stock by time and by staff's reports, as there is no vendor to ask."""

from functools import partial
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import OPEN_FATES, CouponSource, CouponStatus
from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.services.cancelling.revocation_news import RevocationNews
from bittitan_plugin.services.cancelling.stock_revocation import announce, close
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.rounds import Item, Round, look_after
from bittitan_plugin.services.stock.allocation import STOCK
from bittitan_plugin.services.stock.arrivals import settle
from bittitan_plugin.services.stock.levels import review


def watch_stock(tenant: Tenant) -> None:
    """Settle interrupted imports, expire overdue codes, watch revocations and stock levels.

    Works also while the plugin is switched off, because deadlines pass anyway.
    """
    with Round(tenant, "stock imports") as round_:
        item = Item(id="cut-short", name="an import of codes that was cut short")
        round_.do(item, partial(settle, tenant))
    _expire_free(tenant)
    _expire_sold(tenant)
    _watch_revocations(tenant)
    with Round(tenant, "stock levels") as round_:
        for product_type in ProductType:
            item = Item(id=product_type, name=f"the stock of {product_type.label}")
            round_.do(item, partial(_review, tenant, product_type))


def mark_redeemed(tenant: Tenant, asset_id: UUID, actor: Actor) -> Asset:
    """Staff saw in BitTitan's portal that the buyer has used the code.

    Raises ``Refusal``: PLUGIN_INACTIVE, NOT_PROVISIONED without codes, INVALID where BitTitan
    itself reports the coupon's status, CANCELLATION_PENDING while it is being cancelled,
    ALREADY_CANCELLED and COUPON_EXPIRED.
    """
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        _check_markable(asset)
        now = tenant.ports.clock()
        work.stock.move(asset_id, StockState.ALLOCATED, StockState.REDEEMED, settled_at=now)
        return work.assets.change(
            asset_id, lambda a: a.coupon_became(CouponStatus.REDEEMED), actor, now
        )


def _check_markable(asset: Asset) -> None:
    if asset.coupon_source is not CouponSource.STOCK:
        raise Refusal(
            ErrorCode.INVALID,
            "BitTitan itself says what became of this coupon; choose Synchronize.",
            field="id",
        )
    if not asset.has_coupon:
        raise Refusal(ErrorCode.NOT_PROVISIONED, "It has no coupon code yet.", field="id")
    if asset.status is AssetStatus.CANCELLED:
        raise Refusal(ErrorCode.ALREADY_CANCELLED, "This asset is cancelled.", field="id")
    if asset.status is not AssetStatus.ACTIVE:
        raise Refusal(
            ErrorCode.CANCELLATION_PENDING,
            "It is being cancelled: report the code as redeemed under revocations.",
            field="id",
        )
    if asset.coupon_status is CouponStatus.EXPIRED:
        raise Refusal(ErrorCode.COUPON_EXPIRED, "The coupon code has expired.", field="id")


def _review(tenant: Tenant, product_type: ProductType) -> None:
    with tenant.writing() as work:
        review(tenant.ports, work, product_type)


def _expire_free(tenant: Tenant) -> None:
    expired = True
    while expired:
        with tenant.writing() as work:
            expired = work.stock.expire(tenant.ports.clock()) > 0


def _expire_sold(tenant: Tenant) -> None:
    """Expire codes that nobody reported as redeemed once they can no longer be used."""
    with tenant.reading() as work:
        overdue = work.assets.overdue_from_stock(tenant.ports.clock())
    expire = partial(_expire, tenant)
    look_after(tenant, "expired codes", overdue, "the code of", expire)


def _expire(tenant: Tenant, due: Due) -> None:
    asset_id, now = due.asset_id, tenant.ports.clock()
    with tenant.writing() as work:
        asset = work.assets.get(asset_id, for_update=True)
        if asset.status is AssetStatus.ACTIVE and asset.coupon_status in OPEN_FATES:
            work.stock.move(asset_id, StockState.ALLOCATED, StockState.EXPIRED, settled_at=now)
            work.assets.change(
                asset_id, lambda a: a.coupon_became(CouponStatus.EXPIRED), STOCK, now
            )


def _watch_revocations(tenant: Tenant) -> None:
    with tenant.reading() as work:
        every = work.revocations.due(tenant.ports.clock())
    watch = partial(_watch_revocation, tenant)
    look_after(tenant, "codes to revoke", every, "the code of", watch)


def _watch_revocation(tenant: Tenant, due: Due) -> None:
    with tenant.writing() as work:
        work.assets.get(due.asset_id, for_update=True)
        revocation, now = work.revocations.get(due.id), tenant.ports.clock()
        if revocation.is_awaiting and revocation.is_late(now):
            close(tenant.ports, work, revocation)
        elif revocation.reminder_due(now):
            reminded = work.revocations.change(due.id, lambda r: r.reminded(now))
            announce(work, reminded, RevocationNews.REMINDER)
