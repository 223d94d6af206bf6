"""Keeps the assets' invoice references true to what the platform says of its invoices."""

from collections.abc import Callable
from dataclasses import replace

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.ports import Ports


def remember_invoice(
    ports: Ports, installation: Installation, order_id: str, invoice: InvoiceReference
) -> int:
    """Note the order's invoice on its assets. Returns how many assets now refer to it.

    A credit invoice, and a second invoice of an order that has one already, are not noted.
    """

    def noted(asset: Asset) -> Asset | None:
        if asset.credit_invoice and asset.credit_invoice.id == invoice.id:
            return None
        if asset.invoice and asset.invoice.id != invoice.id:
            return None
        return replace(asset, invoice=invoice)

    return _change_each(ports, installation, order_id, noted, "invoice_sent")


def forget_invoice(ports: Ports, installation: Installation, order_id: str, invoice_id: str) -> int:
    """The invoice is gone: forget it and keep the assets. Returns how many referred to it."""

    def forgotten(asset: Asset) -> Asset | None:
        named = asset.invoice is not None and asset.invoice.id == invoice_id
        return replace(asset, invoice=None) if named else None

    return _change_each(ports, installation, order_id, forgotten, "invoice_deleted")


def _change_each(
    ports: Ports,
    installation: Installation,
    order_id: str,
    transition: Callable[[Asset], Asset | None],
    event: str,
) -> int:
    """Change the order's assets; None leaves one out. Returns how many were not left out."""
    actor, concerned = Actor(ActorKind.PLATFORM, event), 0
    with ports.store.writing(installation.id) as work:
        for found in work.assets.of_orders([order_id]):
            if transition(work.assets.get(found.id, for_update=True)) is None:
                continue
            concerned += 1
            work.assets.change(
                found.id, lambda asset: transition(asset) or asset, actor, ports.clock()
            )
    return concerned
