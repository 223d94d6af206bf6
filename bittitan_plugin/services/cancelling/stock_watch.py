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
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.rounds import Item, Round, look_after
from bittitan_plugin.services.stock.allocation import STOCK
from bittitan_plugin.services.stock.arrivals import settle
from bittitan_plugin.services.stock.levels import review


def watch_stock(ports: Ports, installation_id: UUID) -> None:
    """Settle interrupted imports, expire overdue codes, watch revocations and stock levels.

    Works also while the plugin is switched off, because deadlines pass anyway.
    """
    with Round(ports, installation_id, "stock imports") as round_:
        item = Item(id="cut-short", name="an import of codes that was cut short")
        round_.do(item, partial(settle, ports, installation_id))
    _expire_free(ports, installation_id)
    _expire_sold(ports, installation_id)
    _watch_revocations(ports, installation_id)
    with Round(ports, installation_id, "stock levels") as round_:
        for product_type in ProductType:
            item = Item(id=product_type, name=f"the stock of {product_type.label}")
            round_.do(item, partial(_review, ports, installation_id, product_type))


def mark_redeemed(ports: Ports, installation_id: UUID, asset_id: UUID, actor: Actor) -> Asset:
    """Staff saw in BitTitan's portal that the buyer has used the code.

    Raises ``Refusal``: PLUGIN_INACTIVE, NOT_PROVISIONED without codes, INVALID where BitTitan
    itself reports the coupon's status, CANCELLATION_PENDING while it is being cancelled,
    ALREADY_CANCELLED and COUPON_EXPIRED.
    """
    with ports.store.writing(installation_id) as work:
        work.installations.by_id(installation_id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        _check_markable(asset)
        now = ports.clock()
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


def _review(ports: Ports, installation_id: UUID, product_type: ProductType) -> None:
    with ports.store.writing(installation_id) as work:
        review(ports, work, product_type)


def _expire_free(ports: Ports, installation_id: UUID) -> None:
    expired = True
    while expired:
        with ports.store.writing(installation_id) as work:
            expired = work.stock.expire(ports.clock()) > 0


def _expire_sold(ports: Ports, installation_id: UUID) -> None:
    """Expire codes that nobody reported as redeemed once they can no longer be used."""
    with ports.store.reading(installation_id) as work:
        overdue = work.assets.overdue_from_stock(ports.clock())
    expire = partial(_expire, ports, installation_id)
    look_after(ports, installation_id, "expired codes", overdue, "the code of", expire)


def _expire(ports: Ports, installation_id: UUID, due: Due) -> None:
    asset_id, now = due.asset_id, ports.clock()
    with ports.store.writing(installation_id) as work:
        asset = work.assets.get(asset_id, for_update=True)
        if asset.status is AssetStatus.ACTIVE and asset.coupon_status in OPEN_FATES:
            work.stock.move(asset_id, StockState.ALLOCATED, StockState.EXPIRED, settled_at=now)
            work.assets.change(
                asset_id, lambda a: a.coupon_became(CouponStatus.EXPIRED), STOCK, now
            )


def _watch_revocations(ports: Ports, installation_id: UUID) -> None:
    with ports.store.reading(installation_id) as work:
        every = work.revocations.due(ports.clock())
    watch = partial(_watch_revocation, ports, installation_id)
    look_after(ports, installation_id, "codes to revoke", every, "the code of", watch)


def _watch_revocation(ports: Ports, installation_id: UUID, due: Due) -> None:
    with ports.store.writing(installation_id) as work:
        work.assets.get(due.asset_id, for_update=True)
        revocation, now = work.revocations.get(due.id), ports.clock()
        if revocation.is_awaiting and revocation.is_late(now):
            close(ports, work, revocation)
        elif revocation.reminder_due(now):
            reminded = work.revocations.change(due.id, lambda r: r.reminded(now))
            announce(work, reminded, RevocationNews.REMINDER)
