"""Settles a cancelled asset with its buyer: one credit invoice, one e-mail."""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.services.cancelling.refunds import credit_of
from bittitan_plugin.services.notifications import cancelled
from bittitan_plugin.services.ports import Ports

_PLATFORM = Actor(ActorKind.PLATFORM, "credit invoice")


def issue_credit(ports: Ports, installation_id: UUID, asset_id: UUID, comment: str) -> bool:
    """One credit invoice for what was invoiced; a sale of nothing is not credited.

    True when this call noted one.
    """
    asset = _read(ports, installation_id, asset_id)
    if asset.total.is_zero or asset.credit_invoice is not None:
        return False
    invoice = ports.hosts.of(installation_id).credit(credit_of(asset, comment))
    if invoice is None:
        return False
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, credit_invoice=invoice), _PLATFORM, ports.clock()
        )
    return True


def announce(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Tell the buyer that the licences are cancelled, and what was credited."""
    asset = _read(ports, installation_id, asset_id)
    ports.mailer.send(cancelled(ports, installation_id, asset))


def _read(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    with ports.store.reading(installation_id) as work:
        return work.assets.get(asset_id)
