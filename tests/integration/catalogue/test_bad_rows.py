"""A vendor's list with rows that cannot be imported: the good ones are, the bad ones reported."""

import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.sandbox import broken_rows
from bittitan_plugin.domain.money import Money
from bittitan_plugin.ports.vendor import BrokenRow, VendorProduct
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.import_report import MOST_SKIPPED
from tests.integration.catalogue.market import BUNDLE, MAILBOX, Market, row

#: How often the client reads a page before it gives it up.
READS = 3
BAD = {
    "a price that is no number": row("BAD", amount="abc"),
    "a negative price": row("BAD", amount="-1.00"),
    "a currency that is none": row("BAD", currency="dollars"),
    "an unknown product type": row("BAD", product_type="TENANT_MIGRATION"),
    "a name that is too long": row("BAD", "M" * 256),
    "a name of two lines": row("BAD", "two\nlines"),
    "a number that is too long": row("B" * 256),
    "a number that cannot be stored": row("BAD\0"),
    "a repeated number": row("A"),
    "no object at all": "not even an object",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
def test_a_bad_row_is_reported_in_its_place_and_the_good_ones_are_imported(
    market: Market, bad: Any
) -> None:
    market.vendor_lists(row("A"), bad, row("Z"))
    done = market.fetch()
    assert sorted(product.sku for product in market.products()) == ["A", "Z"]
    ((position, reason),) = [(skipped.position, skipped.reason) for skipped in done.skipped]
    assert (position, bool(reason), done.skipped_count) == (1, True, 1)


def test_every_kind_of_unreadable_row_is_reported(market: Market) -> None:
    rows = broken_rows()
    market.vendor_lists(*rows, row("A"))
    done = market.fetch()
    assert [skipped.position for skipped in done.skipped] == list(range(len(rows)))
    assert done.created == 1


def test_a_broken_page_is_reported_and_the_others_are_imported(market: Market) -> None:
    market.vendor_lists(*(row(f"A-{number:03}") for number in range(250)))
    faults = market.sandbox.sandbox.faults

    def break_the_second(so_far: object) -> None:
        if getattr(so_far, "rows", 0) == 100:
            faults.add("broken_json", operation="products", times=READS)

    done = market.fetch(progress=break_the_second)
    assert (done.created, done.skipped_count) == (150, 1)
    assert done.skipped[0].position == 100
    assert market.fetch().created == 100


def test_a_type_the_vendor_changed_is_reported_and_the_product_stays(market: Market) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    before = market.products()
    market.vendor_lists(row("A", "Bundle", product_type=BUNDLE.value))
    done = market.fetch()
    assert [(skipped.sku, skipped.position) for skipped in done.skipped] == [("A", 0)]
    assert "delete or withdraw" in done.skipped[0].reason
    assert market.products() == before


def test_an_article_number_that_is_something_else_on_the_platform_is_reported(
    market: Market,
) -> None:
    mug = market.offer("A", "Mug", product_type="mug")
    market.vendor_lists(row("A"), row("Z"))
    done = market.fetch()
    assert [skipped.sku for skipped in done.skipped] == ["A"]
    assert [product.sku for product in market.products()] == ["Z"]
    assert market.variant("A").product.product_type == mug.product.product_type


def test_a_variant_that_sells_another_product_is_not_taken_away_from_it(market: Market) -> None:
    market.offer("A", "House mailbox")
    (house,) = market.products()
    with market.tenant.writing() as work:
        work.products.remove(house.id)
        # As if staff had bound another article to it.
        work.products.add(type(house)(**{**vars(house), "sku": "HOUSE"}))
    market.vendor_lists(row("A"))
    done = market.fetch()
    assert [skipped.sku for skipped in done.skipped] == ["A"]
    assert [product.sku for product in market.products()] == ["HOUSE"]


def test_more_than_a_hundred_bad_rows_are_counted_not_listed(market: Market) -> None:
    market.vendor_lists(*("nothing" for _ in range(MOST_SKIPPED + 20)), row("A"))
    done = market.fetch()
    assert (len(done.skipped), done.skipped_count) == (MOST_SKIPPED, MOST_SKIPPED + 20)
    assert done.created == 1


class CountingVendor:
    """Counts how many rows of a long list are alive at once."""

    def __init__(self, length: int) -> None:
        self.length, self.most = length, 0

    def rows(self) -> Iterator[VendorProduct | BrokenRow]:
        alive: weakref.WeakSet[VendorProduct] = weakref.WeakSet()
        for number in range(self.length):
            made = VendorProduct(
                sku=f"A-{number:06}",
                name="Mailbox",
                product_type=MAILBOX.value,
                list_price=Money.of("14.00", "USD"),
                position=number,
            )
            alive.add(made)
            self.most = max(self.most, len(alive))
            yield made


def test_a_list_of_any_length_is_imported_with_a_few_pages_in_memory(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, length = 10, 300
    monkeypatch.setattr(services_definition, "PAGE_SIZE", page)
    vendor = CountingVendor(length)
    monkeypatch.setattr(CouponApi, "products", lambda _api: vendor.rows())
    assert market.fetch().created == length
    assert vendor.most <= 3 * page
