"""Obtains an asset's coupon: the intent, the vendor's answer, and what to do on a refusal.

Each function is one step of a durable workflow: it can be interrupted anywhere and run again.
"""

from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, Listing, ProvisioningStatus
from bittitan_plugin.domain.coupons import Coupon, CouponSource
from bittitan_plugin.domain.errors import OF_PLATFORM, ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.services.accounts.synchronizing import waiting_key
from bittitan_plugin.services.cancelling.reverted_sales import withdraw
from bittitan_plugin.services.coupons.code_claims import CodeTaken, claim_coupon, owner_named
from bittitan_plugin.services.coupons.code_lookup import fingerprint_of
from bittitan_plugin.services.coupons.held_coupons import HELD_BACK_STEP, check_answer
from bittitan_plugin.services.coupons.issuing import issue
from bittitan_plugin.services.failed_steps import resume
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.stock.allocation import allocate
from bittitan_plugin.services.workflow_ids import Workflow, synchronize_id
from bittitan_plugin.store.repositories.sales import Sale
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The actor of the plugin's own changes.
SYSTEM = Actor(ActorKind.SYSTEM, "provisioning")
VENDOR = Actor(ActorKind.VENDOR, "BitTitan")
#: The version of an asset that got its coupon at the first try: requested, and provisioned.
_FIRST_TRY = 2


def obtain_coupon(tenant: Tenant, sale: Sale) -> Asset:
    """Obtain the coupon of a sale as it is stored now, and record it.

    Looks first if it may have been issued before. Raises ``Rejected`` when the vendor refuses,
    ``HeldBack`` when it answers with a coupon that is not what was ordered, ``Unavailable`` to be
    tried again, ``Refusal`` ACCOUNT_NOT_SYNCHRONIZED when staff must synchronize the account first,
    OUT_OF_STOCK when it waits until fitting codes are imported, or UNIQUE when the vendor gave a
    coupon that is somebody else's.
    """
    asset, account = sale.asset, sale.account
    asset_id = asset.id
    if _is_settled(asset) or _taken_back_unseen(tenant, asset):
        return asset
    if asset.coupon_source is CouponSource.STOCK:
        return allocate(tenant, asset_id)
    if account.partner_id is None:
        raise Refusal(
            ErrorCode.ACCOUNT_NOT_SYNCHRONIZED,
            f"The account {account.email} is not synchronized with BitTitan.",
        )
    asset, asked_before = _intend(tenant, asset_id)
    if _is_settled(asset):
        return asset
    vendor = tenant.ports.vendors.of(sale.configuration)
    adopted = vendor.find(asset.reference) if asked_before else None
    coupon = adopted or issue(vendor, asset, account.partner_id)
    check_answer(tenant, asset, coupon, account.partner_id)
    try:
        recorded = _record(tenant, sale, coupon, adopted=adopted is not None)
    except CodeTaken as taken:
        return _hold_back(tenant, asset_id, coupon, taken)
    if recorded.coupon_id != coupon.id:
        # Two attempts ran at once, and the vendor issued twice under one reference.
        vendor.cancel(coupon.id)
    return recorded


def note_delay(
    work: UnitOfWork, asset_id: UUID, code: ErrorCode, message: str, at: datetime
) -> None:
    """Record on the asset why there is no coupon yet."""
    work.assets.change(asset_id, lambda a: a.delayed(code, message), VENDOR, at)


def wait_for_account(tenant: Tenant, asset_id: UUID, message: str) -> bool:
    """Leave the asset pending until its account is synchronized, which starts it again.

    False when the account has been synchronized meanwhile, so there is nothing to wait for.
    """
    with tenant.writing() as work:
        asset = work.assets.get(asset_id)
        # Whoever synchronizes the account locks it before looking for what waits.
        account = work.accounts.get(asset.account_id, for_update=True)
        if account.is_synchronized:
            return False
        work.problems.report(
            ProblemKind.ACCOUNT_WAITING,
            waiting_key(account.id),
            message=f"Order {asset.order_number} ({asset.name}) is paid, but the account "
            f"{account.email} is not synchronized with BitTitan.",
            next_step="Synchronize the account; every order that waits for it then goes on.",
            at=tenant.ports.clock(),
            asset_id=asset_id,
            action=ProblemAction.SYNCHRONIZE_ACCOUNT,
        )
        work.assets.change(
            asset_id,
            lambda a: a.delayed(ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, message),
            VENDOR,
            tenant.ports.clock(),
        )
        return True


def fail(tenant: Tenant, asset_id: UUID, code: ErrorCode, message: str) -> bool:
    """No coupon can be obtained: record it on the asset and raise a problem.

    True when staff have not been notified of it yet, also when it runs again.
    """
    key = _problem(asset_id)
    with tenant.writing() as work:
        asset = work.assets.get(asset_id, for_update=True)
        if asset.provisioning_status is ProvisioningStatus.PENDING:
            asset = work.assets.change(
                asset_id, lambda a: a.failed(code, message), VENDOR, tenant.ports.clock()
            )
            # A coupon held back as somebody else's is reported already, more precisely.
            if code is not ErrorCode.UNIQUE:
                _report_failed(tenant.ports, work, asset, code, message)
        problem = work.problems.open_of(asset_id).get(key)
        return problem is not None and problem.occurrences == 1


def _report_failed(
    ports: Ports, work: UnitOfWork, asset: Asset, code: ErrorCode, message: str
) -> None:
    held = code is ErrorCode.COUPON_HELD_BACK
    again = f"Mend the cause{_where(code)}, then choose Synchronize on the asset."
    work.problems.report(
        ProblemKind.COUPON_HELD_BACK if held else ProblemKind.PROVISIONING_FAILED,
        _problem(asset.id),
        message=f"No coupon for order {asset.order_number} ({asset.name}): {message}",
        next_step=HELD_BACK_STEP if held else again,
        at=ports.clock(),
        asset_id=asset.id,
        action=ProblemAction.RELEASE_COUPON if held else ProblemAction.SYNCHRONIZE_ASSET,
    )


def synchronize(tenant: Tenant, asset_id: UUID, actor: Actor) -> Asset:
    """Ask again for the coupon of a failed or waiting asset.

    Where there is a coupon, only failed follow-up steps are resumed. Raises
    ``Refusal`` when the plugin is off or the asset is (being) cancelled.
    """
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        if asset.status is not AssetStatus.ACTIVE:
            raise Refusal(ErrorCode.ALREADY_CANCELLED, "This asset is cancelled.", field="id")
        if asset.has_coupon:
            resume(tenant.ports, work, asset, Workflow.SYNCHRONIZE)
            return asset
        if asset.waits_for_stock and work.stock_imports.is_serving():
            # It is in the queue for the new codes and would lose its place by asking again.
            return asset
        return retry(tenant.ports, work, asset, actor)


def retry(ports: Ports, work: UnitOfWork, asset: Asset, actor: Actor) -> Asset:
    """Enqueue one more attempt, within the caller's transaction, which holds the asset's lock."""
    asset = work.assets.change(asset.id, Asset.retried, actor, ports.clock())
    work.enqueue(Workflow.SYNCHRONIZE, synchronize_id(asset.id, asset.version), str(asset.id))
    return asset


def _where(code: ErrorCode) -> str:
    return " at the commerce platform" if code in OF_PLATFORM else ""


def _is_settled(asset: Asset) -> bool:
    return asset.has_coupon or asset.status is not AssetStatus.ACTIVE


def _taken_back_unseen(tenant: Tenant, asset: Asset) -> bool:
    """Whether the platform cancelled the order before it could find the asset.

    That event found nothing to withdraw. Now that the asset is stored, a later event finds it,
    so one look before the vendor is first asked is enough.
    """
    if asset.requested_at is not None:
        return False
    order = tenant.platform.order(asset.order_id)
    if order is None or order.status is not OrderStatus.CANCELLED:
        return False
    return withdraw(tenant, asset.id).status is AssetStatus.CANCELLED


def _intend(tenant: Tenant, asset_id: UUID) -> tuple[Asset, bool]:
    """Record the request before the vendor is called. Settled assets are not changed.

    Returns the asset, and whether the vendor may have been asked before.
    """
    before: list[Asset] = []

    def requested(asset: Asset) -> Asset:
        before.append(asset)
        return asset if _is_settled(asset) else asset.requested(tenant.ports.clock())

    with tenant.writing() as work:
        asset = work.assets.change(asset_id, requested, SYSTEM, tenant.ports.clock())
    return asset, before[0].requested_at is not None


def _record(tenant: Tenant, sale: Sale, coupon: Coupon, *, adopted: bool) -> Asset:
    """Store the coupon, unless another attempt was quicker: an asset never exchanges its coupon.

    Raises ``CodeTaken`` when it is somebody else's.
    """
    asset_id, code, now = sale.asset.id, tenant.ports.cipher.seal(coupon.code), tenant.ports.clock()
    listing = Listing(account=sale.configuration.coupon_account, since=now)
    with tenant.writing() as work:
        found_by = fingerprint_of(tenant.ports, work, coupon.code, sale.code_secret)
        claim_coupon(work, asset_id, coupon.id, found_by)
        asset = work.assets.change(
            asset_id,
            lambda a: (
                a
                if a.has_coupon
                else a.provisioned(
                    coupon.id,
                    code,
                    coupon.status,
                    coupon.expires_at,
                    adopted=adopted,
                    listing=listing,
                )
            ),
            VENDOR,
            now,
            code_fingerprint=found_by,
        )
        # An asset that was only opened and requested has no problem to close.
        if asset.version > _FIRST_TRY:
            work.problems.resolve(_problem(asset_id), now)
            work.held_coupons.remove(asset_id)
    return asset


def _hold_back(tenant: Tenant, asset_id: UUID, coupon: Coupon, taken: CodeTaken) -> Asset:
    """The vendor gave a coupon that is somebody else's: do not deliver it, and do not revoke it.

    Returns the asset if it has got a coupon of its own meanwhile; otherwise raises ``Refusal``
    UNIQUE, in words that the buyer may read.
    """
    with tenant.writing() as work:
        asset = work.assets.get(asset_id, for_update=True)
        if _is_settled(asset):
            return asset
        work.problems.report(
            ProblemKind.COUPON_MISMATCH,
            _problem(asset_id),
            message=f"BitTitan gave coupon {coupon.id}, or its code, to order {asset.order_number} "
            f"({asset.name}, asset {asset.id}), but it belongs to "
            f"{owner_named(work, taken.claim)}. It was not delivered a second time.",
            next_step=f"Have BitTitan issue a coupon of its own under {asset.reference}, then "
            "choose Synchronize on the asset; or cancel the asset, which leaves the other's alone.",
            at=tenant.ports.clock(),
            asset_id=asset_id,
            action=ProblemAction.SYNCHRONIZE_ASSET,
        )
    raise Refusal(
        ErrorCode.UNIQUE,
        "BitTitan's coupon for this order belongs to another sale; it is being settled.",
    )


def _problem(asset_id: UUID) -> str:
    return f"provisioning:{asset_id}"
