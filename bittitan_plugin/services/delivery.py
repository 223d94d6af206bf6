"""What follows a coupon: the platform is told, the invoice is linked, the buyer is welcomed.

Nothing here can undo the sale: each step is retried on its own, and a step that cannot finish
becomes a problem while the coupon stands.
"""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.hosts.port import FulfilledLine
from bittitan_plugin.services.notifications import welcome
from bittitan_plugin.services.ports import Ports

_PLATFORM = Actor(ActorKind.PLATFORM, "invoice")
_SYSTEM = Actor(ActorKind.SYSTEM, "delivery")


def tell_host(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Tell the platform that the line is delivered; ids only, never the code.

    Not once the asset has been cancelled: there is nothing to deliver any more.
    """
    asset = _read(ports, installation_id, asset_id)
    if asset.status is AssetStatus.CANCELLED:
        return
    ports.hosts.of(installation_id).fulfilled(
        FulfilledLine(
            order_id=asset.order_id,
            order_line_id=asset.order_line_id,
            asset_id=asset.id,
            quantity=asset.quantity,
        )
    )


def link_invoice(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Remember the order's invoice; without one (not invoiced, or later) nothing changes."""
    asset = _read(ports, installation_id, asset_id)
    invoice = ports.hosts.of(installation_id).invoice(asset.order_id)
    if invoice is None or invoice == asset.invoice:
        return
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, invoice=invoice), _PLATFORM, ports.clock()
        )


def send_welcome(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Send the coupon to the order's recipient, once.

    A crash between the mail server's yes and our record of it sends the same message again,
    under the same Message-ID; the alternative would be a buyer without a code.
    """
    with ports.store.reading(installation_id) as work:
        asset = work.assets.get(asset_id)
        if asset.welcomed_at is not None or asset.status is not AssetStatus.ACTIVE:
            return
        notification = welcome(ports, work, asset)
    ports.mailer.send(notification)
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, welcomed_at=ports.clock()), _SYSTEM, ports.clock()
        )


def _read(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    with ports.store.reading(installation_id) as work:
        return work.assets.get(asset_id)
