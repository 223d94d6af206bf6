"""The platform's invoice events keep the asset's reference true."""

from typing import Any

import pytest

from bittitan_hooks import specs
from bittitan_hooks.events import InvoiceEvent
from bittitan_plugin.domain.assets import Asset
from tests.fakes.host import line
from tests.world import Shop


@pytest.fixture
def asset(shop: Shop) -> Asset:
    """Sold, and not invoiced yet."""
    shop.host.invoicing = False
    return shop.buy(line())


def tell(shop: Shop, asset: Asset, kind: type[InvoiceEvent], number: int = 1) -> None:
    event = kind(
        installation=shop.key,
        order_id=asset.order_id,
        invoice_id=f"invoice-{number}",
        number=f"INV-{number}",
    )
    hooks: dict[type[Any], Any] = {
        specs.InvoiceRequested: shop.world.plugins.hook.invoice_requested,
        specs.InvoiceSent: shop.world.plugins.hook.invoice_sent,
        specs.InvoiceDeleted: shop.world.plugins.hook.invoice_deleted,
    }
    hooks[kind](event=event)


def number(shop: Shop, asset: Asset) -> str | None:
    invoice = shop.asset(asset.id).invoice
    return invoice.number if invoice else None


def test_a_deleted_invoice_deletes_no_asset(shop: Shop, asset: Asset) -> None:
    tell(shop, asset, specs.InvoiceRequested)
    before = shop.asset(asset.id)
    tell(shop, asset, specs.InvoiceDeleted)
    after = shop.asset(asset.id)
    assert (after.status, after.coupon_code, after.invoice) == ("ACTIVE", before.coupon_code, None)


def test_an_invoice_requested_again_after_a_deletion_is_linked(shop: Shop, asset: Asset) -> None:
    tell(shop, asset, specs.InvoiceRequested)
    tell(shop, asset, specs.InvoiceDeleted)
    tell(shop, asset, specs.InvoiceRequested, number=2)
    assert number(shop, asset) == "INV-2"


def test_the_history_names_every_invoice_there_was(shop: Shop, asset: Asset) -> None:
    tell(shop, asset, specs.InvoiceSent)
    tell(shop, asset, specs.InvoiceDeleted)
    tell(shop, asset, specs.InvoiceSent, number=2)
    assert shop.history(asset, "invoice") == ["INV-1", "", "INV-2"]


def test_a_deletion_heard_twice_leaves_the_new_invoice_alone(shop: Shop, asset: Asset) -> None:
    tell(shop, asset, specs.InvoiceSent)
    tell(shop, asset, specs.InvoiceDeleted)
    tell(shop, asset, specs.InvoiceSent, number=2)
    tell(shop, asset, specs.InvoiceDeleted)
    assert number(shop, asset) == "INV-2"


def test_every_asset_of_the_order_refers_to_its_invoice(shop: Shop) -> None:
    shop.host.invoicing = False
    order = shop.host.place(line(), line())
    shop.fire("order_fully_paid", order)
    shop.settle()
    found = [shop.asset_of(order, place) for place in range(2)]
    tell(shop, found[0], specs.InvoiceSent)  # type: ignore[arg-type]
    assert [number(shop, each) for each in found if each] == ["INV-1", "INV-1"]
