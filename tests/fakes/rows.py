"""Rows that this release cannot read, as a newer one, or a hand, may have left them."""

from uuid import UUID

from sqlalchemy import update

from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.tables import AssetRow


def asset_unreadable(tenant: Tenant, asset_id: UUID) -> None:
    """Its kind of licence is one that nobody here knows."""
    _set(tenant, asset_id, "FROM_THE_FUTURE")


def asset_mended(tenant: Tenant, asset_id: UUID) -> None:
    """It is a mailbox licence again."""
    _set(tenant, asset_id, "MAILBOX_LICENSE")


def _set(tenant: Tenant, asset_id: UUID, product_type: str) -> None:
    with tenant.writing() as work:
        row = update(AssetRow).where(AssetRow.id == asset_id)
        work.session.execute(row.values(product_type=product_type))
