"""Has BitTitan revoke a coupon, and records the answer. Repeating it is harmless."""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.absence import Fate, is_elsewhere, of_listed
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Coupon, CouponSource, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.ports.vendor import CouponVendor
from bittitan_plugin.services.coupons.code_claims import claim_of_another
from bittitan_plugin.services.coupons.coupon_status import (
    cancelled_outside_key,
    fate,
    forget_stuck_cancellation,
    stuck_cancellation_key,
)
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

_VENDOR = Actor(ActorKind.VENDOR, "BitTitan")


def revoke(tenant: Tenant, asset_id: UUID) -> Asset:
    """Have BitTitan revoke the coupon, then mark the asset *Cancelled*.

    When BitTitan answers that the coupon is used or gone, the sale remains and the asset is active
    again; its answer decides. Raises ``Unavailable`` or ``OutcomeUnknown`` to be called again, and
    ``Rejected`` or ``Refusal`` when it cannot be asked with the present settings.
    """
    with tenant.reading() as work:
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(tenant.id).configuration
    if asset.status in (AssetStatus.CANCELLED, AssetStatus.ACTIVE):  # answered before
        return asset
    if asset.has_coupon and asset.coupon_source is CouponSource.STOCK:
        # Staff revoke codes that can be revoked; this one is known not to be.
        return _stands(tenant, asset, None)
    try:
        _revoke_at_vendor(tenant, configuration, asset)
    except Rejected as rejection:
        found = _fate(tenant, configuration, asset, rejection)
        if found is None:
            raise
        if found.status is not CouponStatus.CANCELLED:
            return _stands(tenant, asset, found)
    with tenant.writing() as work:
        work.problems.resolve(stuck_cancellation_key(asset_id), tenant.ports.clock())
        work.problems.resolve(f"provisioning:{asset_id}", tenant.ports.clock())
        work.problems.resolve(cancelled_outside_key(asset_id), tenant.ports.clock())
        return work.assets.change(
            asset_id, lambda a: a.cancelled(tenant.ports.clock()), _VENDOR, tenant.ports.clock()
        )


def execute(tenant: Tenant, asset_id: UUID) -> Asset:
    """``revoke`` for a cancellation: where BitTitan cannot be asked, the sale remains for now.

    It raises a problem with the reason; the asset can be cancelled again once that is fixed.
    """
    try:
        return revoke(tenant, asset_id)
    except (Rejected, Refusal) as obstacle:
        with tenant.writing() as work:
            asset = work.assets.get(asset_id, for_update=True)
            work.problems.report(
                ProblemKind.CANCELLATION_STUCK,
                stuck_cancellation_key(asset_id),
                message=f"{_who(obstacle)} to cancel the coupon: {obstacle.message}",
                next_step="Mend the cause, then cancel the asset again.",
                at=tenant.ports.clock(),
                asset_id=asset_id,
                action=ProblemAction.CANCEL_ASSET,
            )
        return _stands(tenant, asset, None)


def _who(obstacle: Rejected | Refusal) -> str:
    asked = isinstance(obstacle, Rejected)
    return "BitTitan refused" if asked else "BitTitan was not asked"


def report_unrevocable(ports: Ports, work: UnitOfWork, asset: Asset) -> None:
    """Report that the platform paid back money for a used coupon, which staff must settle."""
    work.problems.report(
        ProblemKind.REFUNDED_BUT_REDEEMED,
        f"refunded:{asset.id}",
        message=f"The platform took back order {asset.order_number}, but its coupon is "
        f"{asset.coupon_status.lower()} and cannot be revoked.",
        next_step="Settle it with the customer: the licences are paid for by nobody.",
        at=ports.clock(),
        asset_id=asset.id,
    )


def _revoke_at_vendor(tenant: Tenant, configuration: Configuration, asset: Asset) -> None:
    coupon_id = asset.coupon_id
    if coupon_id is None and asset.requested_at is None:
        return
    vendor = tenant.ports.vendors.of(configuration)
    if coupon_id is None:
        # The failed attempt may have left a coupon, which must not stay usable.
        orphan = vendor.find(asset.reference)
        if orphan is not None and not _is_anothers(tenant, orphan, asset.id):
            coupon_id = orphan.id
    else:
        _find_again(vendor, configuration.coupon_account or "", asset)
    if coupon_id is not None:
        vendor.cancel(coupon_id)


def _find_again(vendor: CouponVendor, account: str, asset: Asset) -> None:
    """Check a coupon of another account before cancelling: its id may be another coupon's here.

    Raises ``Refusal`` where this account does not list it as the asset's.
    """
    if not is_elsewhere(asset, account):
        return
    coupon = vendor.coupon(asset.coupon_id or "")
    if coupon is None or of_listed(asset, coupon, account) is None:
        raise Refusal(
            ErrorCode.PLUGIN_MISCONFIGURED,
            "it was sold from another BitTitan account than the one the settings name, which does "
            "not list it.",
            field="api_url",
        )


def _is_anothers(tenant: Tenant, coupon: Coupon, asset_id: UUID) -> bool:
    """Whether another sale uses it: a vendor may give one coupon to two references."""
    with tenant.reading() as work:
        return claim_of_another(tenant.ports, work, coupon, asset_id) is not None


def _fate(
    tenant: Tenant, configuration: Configuration, asset: Asset, rejection: Rejected
) -> Fate | None:
    """What became of the coupon by BitTitan's answer, or None when it is about another one."""
    match rejection.code:
        case "COUPON_REDEEMED":
            return Fate(status=CouponStatus.REDEEMED)
        case "COUPON_EXPIRED":
            return Fate(status=CouponStatus.EXPIRED)
        case "NOT_FOUND" if asset.coupon_status is CouponStatus.CANCELLED:
            # Settled by its earlier answer, however long it lists a cancelled coupon.
            return Fate(status=CouponStatus.CANCELLED)
        case "NOT_FOUND" if asset.has_coupon:
            account = configuration.coupon_account or ""
            # As if nothing was known yet: an earlier conclusion is judged again.
            unsettled = replace(asset, coupon_status=CouponStatus.UNKNOWN)
            return fate(tenant, unsettled, None, account)
    return None


def _stands(tenant: Tenant, asset: Asset, found: Fate | None) -> Asset:
    """The sale remains; with the fate that was found, or as it was known before (None)."""
    now = tenant.ports.clock()
    status = found.status if found else asset.coupon_status
    inferred_at = asset.coupon_inferred_at
    if found is not None:
        inferred_at = now if found.inferred else None
    with tenant.writing() as work:
        after = work.assets.change(
            asset.id, lambda a: a.cancellation_refused(status, inferred_at), _VENDOR, now
        )
        forget_stuck_cancellation(tenant.ports, work, after)
        return after
