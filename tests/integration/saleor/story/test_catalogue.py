"""What staff do to licence products in Saleor is followed, whether or not an event told of it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from bittitan_plugin.domain.catalogue import HostVariant, Product
from bittitan_plugin.hosts.saleor.catalogue_watch import CatalogueWatch
from bittitan_plugin.services.catalogue import catch_up
from tests.fakes.saleor.records import Product as SaleorProduct
from tests.integration.saleor.story.conftest import Market

SKU = "MW-MAILBOX"


@pytest.fixture
def watch(market: Market) -> CatalogueWatch:
    ports = market.shop.ports
    return CatalogueWatch(market.station.apps, partial(catch_up, ports), ports.clock)


def ours(market: Market) -> Product:
    with market.shop.ports.store.reading(market.shop.id) as work:
        return work.products.by_skus([SKU])[SKU]


def theirs(market: Market) -> SaleorProduct:
    return market.saleor.products[market.saleor.variant_of(SKU).product]


def is_sold(market: Market) -> bool:
    return (ours(market).variant_id, ours(market).published) != (None, False)


def test_a_product_deleted_in_saleor_is_unbound_and_withdrawn_by_its_id_alone(
    market: Market,
) -> None:
    market.saleor.delete_product(theirs(market).id)
    market.settle()
    assert not is_sold(market)


def test_a_product_deleted_while_the_app_was_away_is_let_go_at_the_next_look(
    market: Market, watch: CatalogueWatch
) -> None:
    market.saleor.delete_product(theirs(market).id)
    market.station.sender.waiting.clear()
    watch.look_due()
    assert not is_sold(market)


def test_what_was_edited_while_the_app_was_away_is_followed_at_the_next_look(
    market: Market, watch: CatalogueWatch
) -> None:
    channel = next(iter(market.saleor.channels))
    theirs(market).name = "Mailbox move"
    market.saleor.variant_of(SKU).prices[channel] = Decimal("15.00")
    theirs(market).channels[channel] = False
    watch.look_due()
    product = ours(market)
    assert (product.name, product.published) == ("Mailbox move", False)
    assert product.prices["USD"].amount == Decimal("15.00")


def test_a_product_made_while_the_app_was_away_is_sold_after_the_next_look(
    market: Market, watch: CatalogueWatch
) -> None:
    with market.shop.ports.store.writing(market.shop.id) as work:
        work.products.remove(ours(market).id)
    watch.look_due()
    assert ours(market).variant_id == market.saleor.variant_of(SKU).id


def test_a_look_at_what_has_not_changed_writes_nothing(
    market: Market, watch: CatalogueWatch
) -> None:
    before, asked = ours(market), len(market.saleor.ledger)
    watch.look_due()
    assert ours(market) == before
    operations = [call.operation for call in market.saleor.ledger[asked:]]
    assert operations == ["catalogue", "products_of_types"]


def test_a_saleor_that_hides_products_from_the_app_does_not_mean_that_they_are_gone(
    market: Market, watch: CatalogueWatch
) -> None:
    app = market.station.sender.app
    assert app is not None
    app.permissions -= {"MANAGE_PRODUCTS", "MANAGE_ORDERS"}
    watch.look_due()
    assert is_sold(market)


def test_a_list_that_skipped_a_product_does_not_mean_that_it_is_gone(
    market: Market, watch: CatalogueWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "bittitan_plugin.hosts.saleor.catalogue_watch.variants"
    monkeypatch.setattr(place, lambda *_: iter([]))
    watch.look_due()
    assert is_sold(market)


def test_what_staff_changed_here_while_the_list_was_read_is_not_undone(market: Market) -> None:
    ports, before = market.shop.ports, ours(market)
    there = next(iter(ports.hosts.of(market.shop.id).variants([before.product_type])))
    (listed,) = [each for each in there if each.variant_id == before.variant_id]

    def pages() -> Iterator[list[HostVariant]]:
        with ports.store.writing(market.shop.id) as work:
            work.products.save(replace(before, name="Renamed here"))
        yield [replace(listed, name="As it was listed")]

    catch_up(ports, market.shop.id, pages(), lambda _missing: [])
    assert ours(market).name == "Renamed here"


def test_switched_off_nothing_is_followed(market: Market, watch: CatalogueWatch) -> None:
    market.shop.configure(active=False)
    theirs(market).name = "Mailbox move"
    watch.look_due()
    assert ours(market).name != "Mailbox move"


def test_a_look_that_fails_waits_for_its_turn_which_comes_after_minutes(
    market: Market, watch: CatalogueWatch
) -> None:
    market.saleor.faults.add("status", "products_of_types")
    theirs(market).name = "Mailbox move"
    watch.look_due()
    watch.look_due()
    assert ours(market).name != "Mailbox move"
    market.station.clock.advance(minutes=3)
    watch.look_due()
    assert ours(market).name == "Mailbox move"


def test_a_clock_that_was_set_back_keeps_nobody_waiting(
    market: Market, watch: CatalogueWatch
) -> None:
    watch.look_due()
    theirs(market).name = "Mailbox move"
    market.station.clock.advance(hours=-5)
    watch.look_due()
    assert ours(market).name == "Mailbox move"
