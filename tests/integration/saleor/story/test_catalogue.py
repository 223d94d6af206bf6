"""What staff do to licence products in Saleor is followed, whether or not an event told of it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from bittitan_plugin.domain.catalogue import PlatformVariant, Product
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.platforms.saleor.catalogue_watch import CatalogueWatch
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.variants import catch_up
from tests.fakes.saleor.records import Product as SaleorProduct
from tests.integration.saleor.story.conftest import Market
from tests.tables import every
from tests.world import STAFF

SKU = "MW-MAILBOX"


@pytest.fixture
def watch(market: Market) -> CatalogueWatch:
    return CatalogueWatch(market.station.apps, market.shop.ports)


def ours(market: Market) -> Product:
    with market.shop.tenant.reading() as work:
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
    with market.shop.tenant.writing() as work:
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
    place = "bittitan_plugin.platforms.saleor.catalogue_watch.variants"
    monkeypatch.setattr(place, lambda *_: iter([]))
    watch.look_due()
    assert is_sold(market)


def test_what_staff_changed_here_while_the_list_was_read_is_not_undone(market: Market) -> None:
    ports, before = market.shop.ports, ours(market)
    there = next(iter(ports.platforms.of(market.shop.id).variants([before.product_type])))
    (listed,) = [each for each in there if each.variant_id == before.variant_id]

    def pages() -> Iterator[list[PlatformVariant]]:
        with ports.store.writing(market.shop.id) as work:
            work.products.save(replace(before, name="Renamed here"))
        yield [replace(listed, name="As it was listed")]

    catch_up(market.shop.tenant, pages(), lambda _missing: [])
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


# The two clocks, as attributes of the product


def write_days(market: Market, value: str | None, *, told: bool = True) -> None:
    """Staff write the attribute 'Expire (days)' of the product in Saleor, or empty it."""
    attributes = market.saleor.attributes.values()
    (expire,) = [each.id for each in attributes if each.slug == "bittitan-expire"]
    values = theirs(market).values
    values.pop(expire, None)
    if value is not None:
        values[expire] = value
    if told:
        market.saleor.announce("PRODUCT_UPDATED", product=theirs(market).id)
        market.settle()


def test_days_set_here_stand_in_saleor_and_survive_the_next_edit_there(market: Market) -> None:
    write_days(market, "90")
    wishes = products.Wishes(expire_days=30, validity_days=60)
    products.update(market.shop.tenant, STAFF, ours(market).id, wishes)
    assert sorted(theirs(market).values.values()) == ["30", "60"]
    theirs(market).name = "Mailbox move"
    market.saleor.announce("PRODUCT_UPDATED", product=theirs(market).id)
    market.settle()
    product = ours(market)
    assert (product.name, product.expire_days, product.validity_days) == ("Mailbox move", 30, 60)


def test_days_of_a_product_made_here_stand_in_saleor(market: Market) -> None:
    wishes = products.Wishes(sku="OWN", name="Own", expire_days=30)
    kind = ours(market).product_type
    products.create(market.shop.tenant, STAFF, kind, wishes)
    made = market.saleor.products[market.saleor.variant_of("OWN").product]
    assert list(made.values.values()) == ["30"]


def test_without_its_attribute_saleor_is_told_no_days_and_staff_how_to_get_it_back(
    market: Market,
) -> None:
    market.saleor.attributes.clear()
    for kind in market.saleor.product_types.values():
        kind.attributes.clear()
    theirs(market).values.clear()
    with pytest.raises(Refusal, match="Get Services Definition makes it") as caught:
        products.update(market.shop.tenant, STAFF, ours(market).id, products.Wishes(expire_days=30))
    assert caught.value.field == "expire_days"


@every("value", ["99999", "0", "180.5", "soon", "NaN", "1e999999"])
def test_days_that_cannot_be_are_a_problem_which_closes_when_they_are_mended(
    market: Market, value: str
) -> None:
    write_days(market, value)
    (problem,) = market.shop.problems()
    assert problem.kind is ProblemKind.PRODUCT_DAYS_REFUSED
    assert f"{ours(market).name} ({SKU})" in problem.message
    assert f"'Expire (days)' is {value} " in problem.message
    assert "from 1 to 3650" in problem.message
    assert ours(market).expire_days == 365
    write_days(market, "365")
    assert market.shop.problems() == []


def test_they_are_found_and_found_mended_by_looking_too(
    market: Market, watch: CatalogueWatch
) -> None:
    write_days(market, "99999", told=False)
    watch.look(market.station.installed)
    watch.look(market.station.installed)
    (problem,) = market.shop.problems()
    assert problem.occurrences == 1
    write_days(market, None, told=False)
    watch.look(market.station.installed)
    assert market.shop.problems() == []


def test_what_staff_put_aside_stays_away_until_something_else_is_written_there(
    market: Market, watch: CatalogueWatch
) -> None:
    write_days(market, "99999")
    (problem,) = market.shop.problems()
    with market.shop.tenant.writing() as work:
        work.problems.dismiss(problem.id, "staff@example.com", market.station.clock())
    watch.look(market.station.installed)
    assert market.shop.problems() == []
    write_days(market, "88888")
    assert len(market.shop.problems()) == 1


def test_a_deleted_product_takes_its_problem_with_it(market: Market) -> None:
    write_days(market, "99999")
    market.saleor.delete_product(theirs(market).id)
    market.settle()
    assert market.shop.problems() == []
