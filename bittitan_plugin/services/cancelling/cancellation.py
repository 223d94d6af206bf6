"""Takes a sale back: the terms, and the decision. The durable workflow then executes it.

The order guarantees it: BitTitan revokes first (``revocation``), so nobody is credited for a
usable coupon; each later step (``crediting``) is idempotent, so exactly one credit is issued
however often it is retried.
"""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.cancellation import CancellationTerms, demand
from bittitan_plugin.domain.cancellation import check as check_terms
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.requests import check_text
from bittitan_plugin.domain.revocations import RevocationCause
from bittitan_plugin.services.cancelling.stock_revocation import await_revocation
from bittitan_plugin.services.failed_steps import resume
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.request_decisions import settle
from bittitan_plugin.services.workflow_ids import Workflow, cancel_id
from bittitan_plugin.store.unit_of_work import UnitOfWork


def check(tenant: Tenant, asset: Asset) -> CancellationTerms:
    """Whether the asset can be cancelled now. Makes no calls and changes nothing."""
    return terms(tenant.ports, get_installation(tenant), asset)


def terms(ports: Ports, installation: Installation, asset: Asset) -> CancellationTerms:
    """The same for an installation that was read before, so that lists cost no more reads."""
    configuration = installation.configuration
    limit = configuration.automatic_cancellation_limit
    return check_terms(
        asset,
        ports.clock(),
        automatic=configuration.cancels_automatically(asset.product_type),
        automatic_limit=None if limit is None else Money(limit, asset.total.currency),
    )


def cancel(
    tenant: Tenant,
    asset_id: UUID,
    actor: Actor,
    comment: str,
    *,
    judged: Callable[[CancellationTerms], None] = lambda _terms: None,
) -> Asset:
    """Decide to cancel, and make it durable. Returns the asset as *Cancelling*.

    The deadline is checked here, because from here on the cancellation executes. A failed one
    continues where it stopped, whatever the terms are by now. ``judged`` is called with the terms
    before anything is refused. Raises the ``Refusal`` that forbids it, REQUEST_NEEDED for a
    customer who may not cancel without staff; of several at once, one succeeds and the others are
    refused.
    """
    by_customer = actor.kind is ActorKind.CUSTOMER
    with tenant.writing() as work:
        installation = work.installations.by_id(tenant.id)
        installation.check_active()
        asset = work.assets.get(asset_id, for_update=True)
        found = terms(tenant.ports, installation, asset)
        judged(found)
        comment = check_text(comment, field="comment")
        stopped = asset.status is not AssetStatus.ACTIVE and not by_customer
        if stopped and goes_on(tenant.ports, work, asset, comment):
            return asset
        demand(found)
        if by_customer and not found.automatic:
            raise Refusal(
                ErrorCode.REQUEST_NEEDED,
                "Staff decide about this cancellation: create a cancellation request for it.",
            )
        return begin(tenant.ports, work, asset, actor, comment)


def begin(ports: Ports, work: UnitOfWork, asset: Asset, actor: Actor, comment: str) -> Asset:
    """Mark the asset *Cancelling* and enqueue the work, within the caller's transaction.

    An asset with codes from stock waits for staff to revoke them instead. This accepts a pending
    request. The caller holds the asset's lock and has checked the terms.
    """
    settle(ports, work, asset.id, actor.name)
    if asset.has_coupon and asset.coupon_source is CouponSource.STOCK:
        cause = RevocationCause.CANCELLATION
        return await_revocation(ports, work, asset, actor, cause, comment)
    asset = work.assets.change(asset.id, Asset.cancelling, actor, ports.clock())
    work.enqueue(Workflow.CANCEL, cancel_id(asset.id, asset.version), str(asset.id), comment)
    return asset


def refusal_after(asset: Asset) -> Refusal:
    """Why BitTitan did not revoke the coupon of an asset that is active again."""
    if asset.coupon_status is CouponStatus.REDEEMED and asset.coupon_status_inferred:
        return Refusal(
            ErrorCode.COUPON_REDEEMED,
            "BitTitan no longer lists the coupon code, so it has been redeemed; it can no longer "
            "be cancelled.",
        )
    if asset.coupon_status is CouponStatus.REDEEMED:
        return Refusal(
            ErrorCode.COUPON_REDEEMED,
            "BitTitan says the coupon code has been redeemed; it can no longer be cancelled.",
        )
    if asset.coupon_status is CouponStatus.EXPIRED:
        return Refusal(ErrorCode.COUPON_EXPIRED, "BitTitan says the coupon code has expired.")
    return Refusal(
        ErrorCode.VENDOR_REJECTED,
        "The coupon could not be cancelled; the reason is in the list of problems.",
    )


def goes_on(ports: Ports, work: UnitOfWork, asset: Asset, comment: str = "") -> bool:
    """Resume a failed cancellation or withdrawal. False when none has failed."""
    # A withdrawal first: what the platform itself took back is never credited by us.
    if resume(ports, work, asset, Workflow.WITHDRAW) or resume(
        ports, work, asset, Workflow.CANCEL, comment
    ):
        return True
    return resume(ports, work, asset, Workflow.REFUND, comment)
