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


def tell_platform(tenant: Tenant, asset: Asset) -> None:
    """Report to the platform that the line is delivered; ids only, never the code.

    Does nothing once the asset has been cancelled: there is nothing to deliver any more.
    """
    if asset.status is AssetStatus.CANCELLED:
        return
    tenant.platform.fulfilled(
        FulfilledLine(
            order_id=asset.order_id,
            order_line_id=asset.order_line_id,
            asset_id=asset.id,
            quantity=asset.quantity,
        )
    )


def link_invoice(tenant: Tenant, asset: Asset) -> None:
    """Store the order's invoice; without one (not invoiced, or later) nothing changes."""
    invoice = tenant.platform.invoice(asset.order_id)
    if invoice is None or invoice == asset.invoice:
        return
    with tenant.writing() as work:
        work.assets.change(
            asset.id, lambda a: replace(a, invoice=invoice), _PLATFORM, tenant.ports.clock()
        )


def send_welcome(tenant: Tenant, asset_id: UUID) -> None:
    """Send the coupon to the order's recipient, once; not when the asset is no longer active.

    A crash between the mail server's acceptance and our record of it sends the same message again,
    under the same Message-ID; the alternative would be a buyer without a code.
    """
    with tenant.reading() as work:
        sale = work.sales.get(asset_id)
        if sale.asset.welcomed_at is not None or sale.asset.status is not AssetStatus.ACTIVE:
            return
        notification = welcome(tenant.ports, work, sale)
    tenant.ports.mailer.send(notification)
    now = tenant.ports.clock()
    with tenant.writing() as work:
        work.assets.change(asset_id, lambda a: replace(a, welcomed_at=now), _SYSTEM, now)
