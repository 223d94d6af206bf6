"""Takes a sale back: the terms, the decision, then vendor, asset, credit, refund and e-mail.

The order is the promise: BitTitan revokes first, so nobody is credited for a usable coupon; each
later step is idempotent, so exactly one credit is issued however often it is retried.
"""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.billing import Credit
from bittitan_plugin.domain.cancellation import CancellationTerms, demand
from bittitan_plugin.domain.cancellation import check as check_terms
from bittitan_plugin.domain.coupons import CouponStatus, inferred_status
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.durable import CANCEL, cancel_id
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.notifications import cancelled
from bittitan_plugin.services.ports import Ports

_VENDOR = Actor(ActorKind.VENDOR, "BitTitan")
_PLATFORM = Actor(ActorKind.PLATFORM, "credit invoice")


def check(ports: Ports, installation_id: UUID, asset: Asset) -> CancellationTerms:
    """May the asset be cancelled now? Asks nobody and changes nothing."""
    return terms(ports, get_installation(ports, installation_id), asset)


def terms(ports: Ports, installation: Installation, asset: Asset) -> CancellationTerms:
    """The same for an installation already at hand, so lists cost no further look-ups."""
    configuration = installation.configuration
    limit = configuration.automatic_cancellation_limit
    return check_terms(
        asset,
        ports.clock(),
        configuration.zone,
        automatic=configuration.automatic_cancellation,
        automatic_limit=None if limit is None else Money(limit, asset.total.currency),
    )


def cancel(
    ports: Ports, installation_id: UUID, asset_id: UUID, actor: Actor, comment: str
) -> Asset:
    """Decide to cancel, and make it durable. Returns the asset as *Cancelling*.

    The deadline is judged here, because from here on the cancellation executes. Raises the
    ``Refusal`` that forbids it; of several at once, one decides and the others are refused.
    """
    with ports.store.writing(installation_id) as work:
        installation = work.installations.by_id(installation_id)
        installation.check_active()
        asset = work.assets.get(asset_id, for_update=True)
        demand(terms(ports, installation, asset))
        asset = work.assets.change(asset_id, Asset.cancelling, actor, ports.clock())
        workflow_id = cancel_id(asset_id, asset.version)
        work.enqueue(CANCEL, workflow_id, str(asset_id), comment)
    return asset


def revoke(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    """Have BitTitan revoke the coupon, then mark the asset *Cancelled*.

    When BitTitan says the coupon is used or gone the sale stands and the asset is active again;
    its word decides. Raises ``Unavailable`` or ``OutcomeUnknown`` to be called again.
    """
    with ports.store.reading(installation_id) as work:
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(installation_id).configuration
    if asset.status is AssetStatus.CANCELLED:
        return asset
    vendor = ports.vendors.of(configuration)
    coupon_id = asset.coupon_id
    if coupon_id is None and asset.requested_at is not None:
        # The failed attempt may have left a coupon behind: it must not stay usable.
        orphan = vendor.find(asset.reference)
        coupon_id = orphan.id if orphan else None
    try:
        if coupon_id is not None:
            vendor.cancel(coupon_id)
    except Rejected as rejection:
        return _stands(ports, installation_id, asset, rejection)
    with ports.store.writing(installation_id) as work:
        work.problems.resolve(_problem(asset_id), ports.clock())
        work.problems.resolve(f"provisioning:{asset_id}", ports.clock())
        return work.assets.change(
            asset_id, lambda a: a.cancelled(ports.clock()), _VENDOR, ports.clock()
        )


def issue_credit(ports: Ports, installation_id: UUID, asset_id: UUID, comment: str) -> None:
    """One credit invoice for the full amount; a sale of nothing is not credited."""
    asset = _read(ports, installation_id, asset_id)
    if asset.total.is_zero or asset.credit_invoice is not None:
        return
    invoice = ports.hosts.of(installation_id).credit(credit_of(asset, comment))
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, credit_invoice=invoice), _PLATFORM, ports.clock()
        )


def ask_refund(ports: Ports, installation_id: UUID, asset_id: UUID, comment: str) -> None:
    """Ask the platform to pay the full amount back, once."""
    asset = _read(ports, installation_id, asset_id)
    if not asset.total.is_zero:
        ports.hosts.of(installation_id).refund(credit_of(asset, comment))


def announce(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Tell the buyer that the licences are cancelled, and what was credited."""
    asset = _read(ports, installation_id, asset_id)
    ports.mailer.send(cancelled(ports, installation_id, asset))


def withdraw(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """The platform took the sale back itself: revoke the coupon and credit nothing.

    Where the coupon cannot be revoked any more, staff get a problem: money went back for
    licences that are in use. Raises ``Unavailable`` while the coupon is still being obtained.
    """
    asset = _read(ports, installation_id, asset_id)
    if asset.status is AssetStatus.CANCELLED:
        return
    if asset.provisioning_status is ProvisioningStatus.PENDING:
        raise Unavailable("the coupon is still being obtained")
    asset = revoke(ports, installation_id, asset_id)
    if asset.status is AssetStatus.CANCELLED:
        return
    with ports.store.writing(installation_id) as work:
        work.problems.report(
            ProblemKind.REFUNDED_BUT_REDEEMED,
            f"withdraw:{asset_id}",
            message=f"The platform took back order {asset.order_number}, but its coupon is "
            f"{asset.coupon_status.lower()} and cannot be revoked.",
            next_step="Settle it with the customer: the licences are paid for by nobody.",
            at=ports.clock(),
            asset_id=asset_id,
        )


def refusal_after(asset: Asset) -> Refusal:
    """Why BitTitan would not revoke the coupon of an asset that is active again."""
    if asset.coupon_status is CouponStatus.REDEEMED:
        return Refusal(
            ErrorCode.COUPON_REDEEMED,
            "BitTitan says the coupon code has been redeemed; it can no longer be cancelled.",
        )
    if asset.coupon_status is CouponStatus.EXPIRED:
        return Refusal(ErrorCode.COUPON_EXPIRED, "BitTitan says the coupon code has expired.")
    return Refusal(
        ErrorCode.VENDOR_REJECTED,
        "BitTitan refused to cancel the coupon; the reason is in the list of problems.",
    )


def credit_of(asset: Asset, comment: str) -> Credit:
    """The one credit of an asset: full amount, one key."""
    return Credit(
        key=f"credit-{asset.id}",
        order_id=asset.order_id,
        order_line_id=asset.order_line_id,
        amount=asset.total,
        reason=comment or "Cancelled within the cancellation window",
    )


def _stands(ports: Ports, installation_id: UUID, asset: Asset, rejection: Rejected) -> Asset:
    status = _status_after(asset, rejection, ports)
    with ports.store.writing(installation_id) as work:
        if status is asset.coupon_status:
            work.problems.report(
                ProblemKind.CANCELLATION_STUCK,
                _problem(asset.id),
                message=f"BitTitan refused to cancel the coupon: {rejection.message}",
                next_step="Mend the cause, then cancel the asset again.",
                at=ports.clock(),
                asset_id=asset.id,
            )
        return work.assets.change(
            asset.id, lambda a: a.cancellation_refused(status), _VENDOR, ports.clock()
        )


def _status_after(asset: Asset, rejection: Rejected, ports: Ports) -> CouponStatus:
    known = {
        "COUPON_REDEEMED": CouponStatus.REDEEMED,
        "COUPON_EXPIRED": CouponStatus.EXPIRED,
    }
    if rejection.code in known:
        return known[rejection.code]
    if rejection.code == "NOT_FOUND" and asset.coupon_expires_at is not None:
        return inferred_status(asset.coupon_expires_at, ports.clock())
    return asset.coupon_status


def _read(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    with ports.store.reading(installation_id) as work:
        return work.assets.get(asset_id)


def _problem(asset_id: UUID) -> str:
    return f"cancellation:{asset_id}"
