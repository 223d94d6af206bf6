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
from bittitan_plugin.services.ports import Ports

_PLATFORM = Actor(ActorKind.PLATFORM, "invoice")
_SYSTEM = Actor(ActorKind.SYSTEM, "delivery")


def deliver(ports: Ports, installation_id: UUID, asset: Asset) -> None:
    """Do all that follows a coupon at once, if nothing fails: ``asset`` has just got it.

    The same as the three steps below one after the other, but recorded as one change. Raises what
    they raise, with nothing recorded: each step is then done on its own, and may be repeated.
    """
    if asset.status is not AssetStatus.CANCELLED:
        _tell(ports, installation_id, asset)
    invoice = ports.platforms.of(installation_id).invoice(asset.order_id)
    is_welcomed = _welcome(ports, installation_id, asset.id)
    now = ports.clock()

    def delivered(current: Asset) -> Asset:
        return replace(
            current,
            invoice=invoice or current.invoice,
            welcomed_at=now if is_welcomed else current.welcomed_at,
        )

    with ports.store.writing(installation_id) as work:
        work.assets.change(asset.id, delivered, _SYSTEM, now)


def tell_host(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Report to the platform that the line is delivered; ids only, never the code.

    Does nothing once the asset has been cancelled: there is nothing to deliver any more.
    """
    asset = _read(ports, installation_id, asset_id)
    if asset.status is not AssetStatus.CANCELLED:
        _tell(ports, installation_id, asset)


def link_invoice(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Store the order's invoice; without one (not invoiced, or later) nothing changes."""
    asset = _read(ports, installation_id, asset_id)
    invoice = ports.platforms.of(installation_id).invoice(asset.order_id)
    if invoice is None or invoice == asset.invoice:
        return
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, invoice=invoice), _PLATFORM, ports.clock()
        )


def send_welcome(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Send the coupon to the order's recipient, once.

    A crash between the mail server's acceptance and our record of it sends the same message again,
    under the same Message-ID; the alternative would be a buyer without a code.
    """
    if not _welcome(ports, installation_id, asset_id):
        return
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, welcomed_at=ports.clock()), _SYSTEM, ports.clock()
        )


def _tell(ports: Ports, installation_id: UUID, asset: Asset) -> None:
    ports.platforms.of(installation_id).fulfilled(
        FulfilledLine(
            order_id=asset.order_id,
            order_line_id=asset.order_line_id,
            asset_id=asset.id,
            quantity=asset.quantity,
        )
    )


def _welcome(ports: Ports, installation_id: UUID, asset_id: UUID) -> bool:
    """Send the welcome, unless it was sent or the asset is no longer active. True if sent."""
    with ports.store.reading(installation_id) as work:
        sale = work.sales.get(asset_id)
        if sale.asset.welcomed_at is not None or sale.asset.status is not AssetStatus.ACTIVE:
            return False
        notification = welcome(ports, work, sale)
    ports.mailer.send(notification)
    return True


def _read(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    with ports.store.reading(installation_id) as work:
        return work.assets.get(asset_id)
