"""Rows that this release cannot read, as a newer one, or a hand, may have left them."""

from uuid import UUID

from sqlalchemy import update

from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.tables import AssetRow


def asset_unreadable(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Its kind of licence is one that nobody here knows."""
    _set(ports, installation_id, asset_id, "FROM_THE_FUTURE")


def asset_mended(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """It is a mailbox licence again."""
    _set(ports, installation_id, asset_id, "MAILBOX_LICENSE")


def _set(ports: Ports, installation_id: UUID, asset_id: UUID, product_type: str) -> None:
    with ports.store.writing(installation_id) as work:
        row = update(AssetRow).where(AssetRow.id == asset_id)
        work.session.execute(row.values(product_type=product_type))
