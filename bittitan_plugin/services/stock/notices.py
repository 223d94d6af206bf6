"""Tells the buyer, once, that the order waits until codes have come in."""

from uuid import UUID

from bittitan_plugin.domain.stock import MOST_CODES
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.notifications import sale_values
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.stock.allocation import TOO_MANY_CODES


def tell_out_of_stock(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Say that the code will follow; not once it is there, or the order is cancelled."""
    with ports.store.reading(installation_id) as work:
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(installation_id).configuration
        values = sale_values(work, asset)
    if not asset.waits_for_stock:
        return
    error = asset.provisioning_error
    too_many = error is not None and error.message == TOO_MANY_CODES
    ports.mailer.send(
        Notification(
            template="out_of_stock",
            to=asset.recipient_email,
            sender=configuration.sender_email,
            key=f"out-of-stock-{asset.id}",
            values={**values, "most_codes": MOST_CODES if too_many else None},
        )
    )
