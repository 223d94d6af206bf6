"""Holds back coupons in the vendor's answers that are not what was ordered.

None of them reaches a buyer automatically and none is thrown away: the answer is stored, and
staff decide.
"""

from uuid import UUID, uuid4

from bittitan_plugin.domain.answers import differences
from bittitan_plugin.domain.assets import Asset, AssetStatus, Listing
from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, HeldBack, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.services.coupons.code_claims import CodeTaken, claim_coupon, owner_named
from bittitan_plugin.services.coupons.code_lookup import fingerprint_of
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.workflow_ids import Workflow

#: What staff can do about one.
HELD_BACK_STEP = (
    "Have BitTitan put the coupon right, then choose Synchronize on the asset; or cancel the "
    "asset, which credits it; or, if the buyer is to have the coupon as it is, release it here."
)


def check_answer(tenant: Tenant, asset: Asset, coupon: Coupon, partner_id: str) -> None:
    """Accept the vendor's answer, or store it for staff and raise ``HeldBack`` with the reason."""
    found = differences(asset, coupon, tenant.ports.clock(), partner_id)
    if not found:
        return
    spoken = "; ".join(found)
    with tenant.writing() as work:
        code = tenant.ports.cipher.seal(coupon.code)
        work.held_coupons.keep(asset.id, coupon, code, spoken, tenant.ports.clock())
    raise HeldBack(
        "COUPON_HELD_BACK",
        f"BitTitan answered with coupon {coupon.id}, which is held back because it {spoken}.",
    )


def release(tenant: Tenant, asset_id: UUID, actor: Actor) -> Asset:
    """Staff release the coupon that was held back to the buyer, whatever differs.

    BitTitan is asked once more: it must list the coupon as available, under the asset's own
    reference. Raises ``Refusal`` INVALID otherwise or when nothing is held back, and what the
    vendor raises.
    """
    with tenant.reading() as work:
        held = work.held_coupons.of(asset_id)
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(tenant.id).configuration
    if held is None or asset.has_coupon or asset.status is not AssetStatus.ACTIVE:
        raise _not_releasable("nothing is held back for this asset any more")
    coupon = tenant.ports.vendors.of(configuration).coupon(held.coupon_id)
    if coupon is None:
        raise _not_releasable("BitTitan does not list it any more")
    if coupon.reference != asset.reference:
        raise _not_releasable("BitTitan issued it under another reference, so it may be another's")
    if coupon.status is not CouponStatus.AVAILABLE or coupon.expires_at <= tenant.ports.clock():
        raise _not_releasable("it cannot be redeemed any more")
    listing = Listing(account=configuration.coupon_account, since=tenant.ports.clock())
    return _provide(tenant, asset, coupon, listing, actor)


def _provide(tenant: Tenant, asset: Asset, coupon: Coupon, listing: Listing, actor: Actor) -> Asset:
    code = tenant.ports.cipher.seal(coupon.code)
    with tenant.writing() as work:
        found_by = fingerprint_of(tenant.ports, work, coupon.code)
        try:
            claim_coupon(work, asset.id, coupon.id, found_by)
        except CodeTaken as taken:
            owner = owner_named(work, taken.claim)
            raise _not_releasable(f"it, or its code, belongs to {owner}") from taken
        provided = work.assets.change(
            asset.id,
            lambda a: a.provisioned(
                coupon.id,
                code,
                coupon.status,
                coupon.expires_at,
                adopted=True,
                listing=listing,
            ),
            actor,
            tenant.ports.clock(),
            code_fingerprint=found_by,
        )
        work.held_coupons.remove(asset.id)
        work.problems.resolve(f"provisioning:{asset.id}", tenant.ports.clock())
        # What follows a coupon (the platform, the invoice, the welcome) is one workflow.
        workflow_id = f"{Workflow.SYNCHRONIZE}:{asset.id}:released:{uuid4().hex}"
        work.enqueue(Workflow.SYNCHRONIZE, workflow_id, str(asset.id))
    return provided


def _not_releasable(why: str) -> Refusal:
    return Refusal(
        ErrorCode.INVALID,
        f"The coupon cannot be given to the buyer: {why}. Synchronize or cancel the asset.",
        field="id",
    )
