"""Draws an asset's codes from the stock, and serves waiting assets once there are codes.

No vendor is called, so choosing the codes, marking them and recording them on the asset are one
transaction: after any crash or repetition, a code is on one asset, or on none and still free.
"""

from collections.abc import Collection
from uuid import UUID

import structlog

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus, Sealed
from bittitan_plugin.domain.emails import OutOfStock
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.stock import (
    MOST_CODES,
    Demand,
    ImportPhase,
    StockCode,
    coupon_id,
    demand_of,
)
from bittitan_plugin.domain.stock_choice import MOST_SIZES, combine, is_in_reach
from bittitan_plugin.services.notifications import read_sale, send
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.rounds import OF_ALL
from bittitan_plugin.services.stock.levels import report_out_of_stock, review, take_turn
from bittitan_plugin.services.workflow_ids import Workflow, out_of_stock_id, synchronize_id
from bittitan_plugin.store.unit_of_work import UnitOfWork

_log = structlog.get_logger(__name__)

STOCK = Actor(ActorKind.SYSTEM, "coupon stock")
#: Waiting assets of each kind that are served in one transaction.
BATCH = 50


def allocate(tenant: Tenant, asset_id: UUID) -> Asset:
    """Give the asset its codes, if that has not been done; returns it as it is now.

    Raises ``Refusal`` OUT_OF_STOCK once the asset is marked as waiting for stock, and
    ``Unavailable`` while the codes of an import go to assets that waited before.
    """
    with tenant.writing() as work:
        product_type = work.assets.get(asset_id).product_type
        take_turn(work, product_type)
        asset = work.assets.get(asset_id, for_update=True)
        if asset.has_coupon or asset.status is not AssetStatus.ACTIVE:
            return asset
        asset = _draw(tenant.ports, work, asset) or _wait(tenant.ports, work, asset)
        review(tenant.ports, work, product_type)
    if asset.provisioning_error is not None:
        raise Refusal(ErrorCode.OUT_OF_STOCK, asset.provisioning_error.message)
    return asset


def tell_out_of_stock(tenant: Tenant, asset_id: UUID) -> None:
    """Notify the buyer that the code will follow; not once it is there, or if cancelled."""
    sale, summary = read_sale(tenant, asset_id)
    error = sale.asset.provisioning_error
    if not sale.asset.waits_for_stock or error is None:
        return
    too_many = error.message == TOO_MANY_CODES
    email = OutOfStock(sale=summary, most_codes=MOST_CODES if too_many else None)
    send(tenant.ports, sale, email, key=f"out-of-stock-{asset_id}")


def serve_waiting(tenant: Tenant, import_id: UUID, kinds: Collection[ProductType]) -> int:
    """Serve assets that wait for codes of these kinds, oldest order first, then keep the import.

    ``BATCH`` at a time, in transactions of their own: meanwhile nobody else gets the codes of the
    import, so that no newer order comes in between. What cannot be served yet goes on waiting, and
    does not delay a newer order that can be served. Returns how many were served; repeated, or
    run by two at once, it is done once.
    """
    served, last = 0, dict[ProductType, Asset]()
    while True:
        with tenant.writing() as work:
            # Always in the same order, so that two processes cannot deadlock.
            for kind in sorted(kinds):
                take_turn(work, kind)
            if not work.stock_imports.touch(import_id, ImportPhase.SERVING, tenant.ports.clock()):
                return served
            waiting = {
                kind: work.assets.waiting_for_stock(kind, BATCH, last.get(kind)) for kind in kinds
            }
            rows = [each for of_kind in waiting.values() for each in of_kind]
            served += sum(_serve(tenant.ports, work, each, import_id).has_coupon for each in rows)
            last.update({kind: of_kind[-1] for kind, of_kind in waiting.items() if of_kind})
            if not rows:
                work.stock_imports.keep(import_id)
                for kind in sorted(kinds):
                    review(tenant.ports, work, kind)
                return served


def _serve(ports: Ports, work: UnitOfWork, waiting: Asset, import_id: UUID) -> Asset:
    """The asset with its codes, or still waiting, also when serving it raises."""
    try:
        with work.apart():
            asset = work.assets.get(waiting.id, for_update=True)
            drawn = _draw(ports, work, asset, import_id) if asset.waits_for_stock else None
            if drawn is not None:
                work.enqueue(
                    Workflow.SYNCHRONIZE, synchronize_id(drawn.id, drawn.version), str(drawn.id)
                )
            return drawn or asset
    except OF_ALL:
        raise
    except Exception as error:
        _log.exception("not_served", asset=str(waiting.id), error=type(error).__name__)
        return waiting


def _draw(
    ports: Ports, work: UnitOfWork, asset: Asset, import_id: UUID | None = None
) -> Asset | None:
    """The asset with its codes, or None when nothing in stock or in that import fits it."""
    now = ports.clock()
    codes = choose(work, demand_of(asset, now, import_id))
    if not codes:
        return None
    work.stock.allocate(codes, asset.id, now)
    work.problems.resolve(f"provisioning:{asset.id}", now)
    return work.assets.change(
        asset.id,
        lambda a: a.provisioned(
            coupon_id(codes),
            _delivered(ports, codes),
            CouponStatus.AVAILABLE,
            min(code.expires_at for code in codes),
        ),
        STOCK,
        now,
    )


def choose(work: UnitOfWork, demand: Demand, without: Collection[UUID] = ()) -> list[StockCode]:
    """One code if any fits; otherwise the fewest that together hold exactly what was ordered.

    ``without`` names codes that are reserved.
    """
    single = work.stock.exact(demand, without)
    if single is not None:
        return [single]
    most = {
        size: min(demand.licenses // size, MOST_CODES)
        for size in work.stock.sizes(demand, MOST_SIZES)
    }
    found = {size: work.stock.of_size(demand, size, count, without) for size, count in most.items()}
    chosen = combine({size: len(codes) for size, codes in found.items()}, demand.licenses)
    return [code for size, count in (chosen or {}).items() for code in found[size][:count]]


def takes_too_many(work: UnitOfWork, demand: Demand, without: Collection[UUID] = ()) -> bool:
    """Whether a demand that cannot be served fails only because of ``MOST_CODES``."""
    sizes = work.stock.sizes(demand, MOST_SIZES)
    return is_in_reach(work.stock.counts(demand, sizes, without), demand.licenses)


def _delivered(ports: Ports, codes: list[StockCode]) -> Sealed:
    """The text the buyer enters: several codes with a blank between them, as BitTitan accepts."""
    if len(codes) == 1:
        return codes[0].code
    return ports.cipher.seal(" ".join(ports.cipher.open(code.code) for code in codes))


def _wait(ports: Ports, work: UnitOfWork, asset: Asset) -> Asset:
    """Leave the asset pending with the reason; notify the buyer once, and staff by one problem."""
    if work.stock_imports.is_serving():
        # Assets that waited before come first; this one gets what is left, in a moment.
        raise Unavailable(_BEING_FILLED)
    past = work.assets.history([asset.id])[asset.id]
    waited_before = any(entry.change.after in (_NONE_FITS, TOO_MANY_CODES) for entry in past)
    too_many = takes_too_many(work, demand_of(asset, ports.clock()))
    why = TOO_MANY_CODES if too_many else _NONE_FITS
    asset = work.assets.change(
        asset.id, lambda a: a.delayed(ErrorCode.OUT_OF_STOCK, why), STOCK, ports.clock()
    )
    if not waited_before:
        work.enqueue(Workflow.OUT_OF_STOCK, out_of_stock_id(asset.id), str(asset.id))
        report_out_of_stock(ports, work, asset.product_type)
    return asset


#: Why an order waits although there are enough licences, in packs that are too small.
TOO_MANY_CODES = (
    f"The stock holds these licences only in more than {MOST_CODES} codes, and no more are "
    "delivered together. It is served by itself when codes with more licences each are imported."
)
_BEING_FILLED = "New codes are coming into the stock, and older orders are served first."
_NONE_FITS = (
    "The stock holds no code, or no few codes together, with exactly that many licences and "
    "enough days left. It is served by itself when fitting codes are imported."
)
