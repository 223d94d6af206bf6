"""Gives the money of a cancelled asset back: one credit, one refund asked for, one e-mail."""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import Credit
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.services.notifications import cancelled
from bittitan_plugin.services.ports import Ports

_PLATFORM = Actor(ActorKind.PLATFORM, "credit invoice")


def issue_credit(ports: Ports, installation_id: UUID, asset_id: UUID, comment: str) -> None:
    """One credit invoice for the full amount; a sale of nothing is not credited."""
    asset = _read(ports, installation_id, asset_id)
    if asset.total.is_zero or asset.credit_invoice is not None:
        return
    invoice = ports.hosts.of(installation_id).credit(credit_of(asset, comment))
    with ports.store.writing(installation_id) as work:
        work.assets.change(
            asset_id, lambda a: replace(a, credit_invoice=invoice), _PLATFORM, ports.clock()
        )


def ask_refund(ports: Ports, installation_id: UUID, asset_id: UUID, comment: str) -> None:
    """Ask the platform to pay the full amount back, once."""
    asset = _read(ports, installation_id, asset_id)
    if not asset.total.is_zero:
        ports.hosts.of(installation_id).refund(credit_of(asset, comment))


def announce(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Tell the buyer that the licences are cancelled, and what was credited."""
    asset = _read(ports, installation_id, asset_id)
    ports.mailer.send(cancelled(ports, installation_id, asset))


def credit_of(asset: Asset, comment: str) -> Credit:
    """The one credit of an asset: full amount, one key."""
    return Credit(
        key=f"credit-{asset.id}",
        order_id=asset.order_id,
        order_line_id=asset.order_line_id,
        amount=asset.total,
        reason=comment or "Cancelled within the cancellation window",
    )


def _read(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    with ports.store.reading(installation_id) as work:
        return work.assets.get(asset_id)
