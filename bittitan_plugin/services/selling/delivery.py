"""Does what follows a coupon: reports to the platform, links the invoice, welcomes the buyer.

Nothing here can undo the sale: each step is retried on its own, and a step that cannot finish
becomes a problem while the coupon stays valid.
"""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.ports.platform import FulfilledLine
from bittitan_plugin.services.notifications import welcome
from bittitan_plugin.services.ports import Tenant

_PLATFORM = Actor(ActorKind.PLATFORM, "invoice")
_SYSTEM = Actor(ActorKind.SYSTEM, "delivery")


def deliver(tenant: Tenant, asset: Asset) -> None:
    """Do all that follows a coupon at once, if nothing fails: ``asset`` has just got it.

    The same as the three steps below one after the other, but recorded as one change. Raises what
    they raise, with nothing recorded: each step is then done on its own, and may be repeated.
    """
    if asset.status is not AssetStatus.CANCELLED:
        _tell(tenant, asset)
    invoice = tenant.platform.invoice(asset.order_id)
    is_welcomed = _welcome(tenant, asset.id)
    now = tenant.ports.clock()

    def delivered(current: Asset) -> Asset:
        return replace(
            current,
            invoice=invoice or current.invoice,
            welcomed_at=now if is_welcomed else current.welcomed_at,
        )

    with tenant.writing() as work:
        work.assets.change(asset.id, delivered, _SYSTEM, now)


def tell_host(tenant: Tenant, asset_id: UUID) -> None:
    """Report to the platform that the line is delivered; ids only, never the code.

    Does nothing once the asset has been cancelled: there is nothing to deliver any more.
    """
    asset = _read(tenant, asset_id)
    if asset.status is not AssetStatus.CANCELLED:
        _tell(tenant, asset)


def link_invoice(tenant: Tenant, asset_id: UUID) -> None:
    """Store the order's invoice; without one (not invoiced, or later) nothing changes."""
    asset = _read(tenant, asset_id)
    invoice = tenant.platform.invoice(asset.order_id)
    if invoice is None or invoice == asset.invoice:
        return
    with tenant.writing() as work:
        work.assets.change(
            asset_id, lambda a: replace(a, invoice=invoice), _PLATFORM, tenant.ports.clock()
        )


def send_welcome(tenant: Tenant, asset_id: UUID) -> None:
    """Send the coupon to the order's recipient, once.

    A crash between the mail server's acceptance and our record of it sends the same message again,
    under the same Message-ID; the alternative would be a buyer without a code.
    """
    if not _welcome(tenant, asset_id):
        return
    with tenant.writing() as work:
        work.assets.change(
            asset_id,
            lambda a: replace(a, welcomed_at=tenant.ports.clock()),
            _SYSTEM,
            tenant.ports.clock(),
        )


def _tell(tenant: Tenant, asset: Asset) -> None:
    tenant.platform.fulfilled(
        FulfilledLine(
            order_id=asset.order_id,
            order_line_id=asset.order_line_id,
            asset_id=asset.id,
            quantity=asset.quantity,
        )
    )


def _welcome(tenant: Tenant, asset_id: UUID) -> bool:
    """Send the welcome, unless it was sent or the asset is no longer active. True if sent."""
    with tenant.reading() as work:
        sale = work.sales.get(asset_id)
        if sale.asset.welcomed_at is not None or sale.asset.status is not AssetStatus.ACTIVE:
            return False
        notification = welcome(tenant.ports, work, sale)
    tenant.ports.mailer.send(notification)
    return True


def _read(tenant: Tenant, asset_id: UUID) -> Asset:
    with tenant.reading() as work:
        return work.assets.get(asset_id)
