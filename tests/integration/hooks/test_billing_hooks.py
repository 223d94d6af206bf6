"""Each billing hook: the assets' invoice follows the platform's invoices."""

from typing import Any

import pytest

from bittitan_hooks import specs
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import InvoiceReference
from tests.fakes.host import line
from tests.tables import every
from tests.world import Shop

ACCEPTED, IGNORED, *_ = specs.OutcomeStatus
URL = "https://shop.example/invoices/7"
NOTED = InvoiceReference(id="invoice-7", number="INV-7", url=URL)
HOOKS = ("invoice_requested", "invoice_sent", "invoice_deleted")


def fire(shop: Shop, hook: str, asset: Asset, **values: Any) -> specs.Outcome:
    kind = getattr(specs, "".join(part.title() for part in hook.split("_")))
    given = {"invoice_id": "invoice-7", "number": "INV-7", "url": URL, **values}
    event = kind(installation=shop.key, order_id=asset.order_id, **given)
    (outcome,) = getattr(shop.world.plugins.hook, hook)(event=event)
    assert isinstance(outcome, specs.Outcome)
    return outcome


@pytest.fixture
def sold(shop: Shop) -> Asset:
    """An asset of an order the platform has not invoiced yet."""
    shop.host.invoicing = False
    return shop.buy(line())


def test_hook_invoice_requested(shop: Shop, sold: Asset) -> None:
    assert fire(shop, "invoice_requested", sold).status is ACCEPTED
    assert shop.asset(sold.id).invoice == NOTED


def test_an_invoice_without_a_number_is_noted_when_it_has_one(shop: Shop, sold: Asset) -> None:
    assert fire(shop, "invoice_requested", sold, number="").status is IGNORED
    assert shop.asset(sold.id).invoice is None


def test_hook_invoice_sent(shop: Shop, sold: Asset) -> None:
    fire(shop, "invoice_requested", sold, number="DRAFT", url=None)
    assert fire(shop, "invoice_sent", sold).status is ACCEPTED
    assert shop.asset(sold.id).invoice == NOTED


def test_a_second_invoice_of_the_order_does_not_replace_the_first(shop: Shop, sold: Asset) -> None:
    fire(shop, "invoice_sent", sold)
    second = fire(shop, "invoice_sent", sold, invoice_id="invoice-8", number="INV-8")
    assert second.status is IGNORED
    assert shop.asset(sold.id).invoice == NOTED


def test_the_credit_invoice_is_not_taken_for_the_invoice(shop: Shop, sold: Asset) -> None:
    shop.host.invoicing = True
    credit = shop.cancel(sold).credit_invoice
    assert credit is not None
    fire(shop, "invoice_sent", sold, invoice_id=credit.id, number=credit.number)
    assert shop.asset(sold.id).invoice is None


def test_hook_invoice_deleted(shop: Shop, sold: Asset) -> None:
    fire(shop, "invoice_sent", sold)
    assert fire(shop, "invoice_deleted", sold).status is ACCEPTED
    assert (shop.asset(sold.id).invoice, shop.asset(sold.id).status) == (None, "ACTIVE")


def test_deleting_another_invoice_is_none_of_our_business(shop: Shop, sold: Asset) -> None:
    fire(shop, "invoice_sent", sold)
    assert fire(shop, "invoice_deleted", sold, invoice_id="invoice-8").status is IGNORED
    assert shop.asset(sold.id).invoice == NOTED


def test_an_invoice_event_that_comes_again_changes_nothing(shop: Shop, sold: Asset) -> None:
    fire(shop, "invoice_sent", sold)
    version = shop.asset(sold.id).version
    assert fire(shop, "invoice_sent", sold).status is ACCEPTED
    assert shop.asset(sold.id).version == version


@every("hook", HOOKS)
def test_while_the_plugin_is_switched_off_invoices_are_ignored(
    shop: Shop, sold: Asset, hook: str
) -> None:
    shop.configure(active=False)
    assert fire(shop, hook, sold).status is IGNORED
    assert shop.asset(sold.id).invoice is None
