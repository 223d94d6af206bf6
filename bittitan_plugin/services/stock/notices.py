"""Tells the buyer, once, that the order waits until codes have come in."""

from uuid import UUID

from bittitan_plugin.domain.emails import OutOfStock
from bittitan_plugin.domain.stock import MOST_CODES
from bittitan_plugin.services.notifications import read_sale, send
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.stock.allocation import TOO_MANY_CODES


def tell_out_of_stock(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Say that the code will follow; not once it is there, or the order is cancelled."""
    sale, summary = read_sale(ports, installation_id, asset_id)
    if not sale.asset.waits_for_stock:
        return
    error = sale.asset.provisioning_error
    too_many = error is not None and error.message == TOO_MANY_CODES
    email = OutOfStock(sale=summary, most_codes=MOST_CODES if too_many else None)
    send(ports, sale, email, key=f"out-of-stock-{asset_id}")
