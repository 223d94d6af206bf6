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
    """Note the order's invoice on its assets. Returns how many assets the order has."""

    def noted(asset: Asset) -> Asset:
        if asset.credit_invoice and asset.credit_invoice.id == invoice.id:
            return asset
        if asset.invoice and asset.invoice.id != invoice.id:
            return asset
        return replace(asset, invoice=invoice)

    return _change_each(ports, installation, order_id, noted, "invoice_sent")


def forget_invoice(ports: Ports, installation: Installation, order_id: str, invoice_id: str) -> int:
    """The invoice is gone: forget it and keep the assets. Returns how many the order has."""

    def forgotten(asset: Asset) -> Asset:
        named = asset.invoice is not None and asset.invoice.id == invoice_id
        return replace(asset, invoice=None) if named else asset

    return _change_each(ports, installation, order_id, forgotten, "invoice_deleted")


def _change_each(
    ports: Ports,
    installation: Installation,
    order_id: str,
    transition: Callable[[Asset], Asset],
    event: str,
) -> int:
    actor = Actor(ActorKind.PLATFORM, event)
    with ports.store.writing(installation.id) as work:
        assets = work.assets.of_orders([order_id])
        for asset in assets:
            work.assets.change(asset.id, transition, actor, ports.clock())
    return len(assets)
