"""The SKU list: what cannot be read is reported in its place, the rest goes on."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import httpx
import pytest

from bittitan_plugin.bittitan.coupon_api import pages
from bittitan_plugin.bittitan.sandbox import broken_rows
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.ports.vendor import BrokenRow, VendorProduct
from tests.tables import every
from tests.unit.bittitan.samples import PRODUCT, ScriptedVendor, answer, client, page


def _vendor(
    rows: list[Any], spoil: Callable[[int], bytes | None] = lambda _offset: None
) -> ScriptedVendor:
    """Serves ``rows`` in pages; ``spoil`` may put something else in a page's place."""

    def handle(request: httpx.Request) -> httpx.Response:
        offset, count = (int(request.url.params[name]) for name in ("offset", "count"))
        return answer(spoil(offset) or page(rows[offset : offset + count], len(rows)))

    return ScriptedVendor(handle)


def _many(count: int) -> list[Any]:
    return [{**PRODUCT, "sku": f"SKU-{number}"} for number in range(count)]


@every("broken", broken_rows())
def test_a_broken_row_is_reported_and_the_good_ones_go_on(broken: Any) -> None:
    first, reported, last = client(
        _vendor([PRODUCT, broken, {**PRODUCT, "sku": "LAST"}])
    ).products()
    assert isinstance(first, VendorProduct)
    assert isinstance(reported, BrokenRow)
    assert reported.position == 1
    assert isinstance(last, VendorProduct)


def test_an_unreadable_price_is_quoted() -> None:
    row = {**PRODUCT, "list_price": {"amount": "abc", "currency": "USD"}}
    (reported,) = client(_vendor([row])).products()
    assert isinstance(reported, BrokenRow)
    assert reported.reason == "list_price.amount cannot be read (the price is written 'abc')."


@every("amount", ["-1.00", "1e5", "NaN", "Infinity", "1.00001", "", " 1", "1,5"])
def test_a_price_is_plain_decimal_text(amount: str) -> None:
    row = {**PRODUCT, "list_price": {"amount": amount, "currency": "USD"}}
    (reported,) = client(_vendor([row])).products()
    assert isinstance(reported, BrokenRow)


def test_of_two_rows_with_one_sku_the_first_counts() -> None:
    first, second = client(_vendor([PRODUCT, PRODUCT])).products()
    assert isinstance(first, VendorProduct)
    assert second == BrokenRow(position=1, reason="sku 'UMB' is already in row 0.")


def test_pages_are_fetched_as_they_are_consumed() -> None:
    vendor = _vendor(_many(1000))
    list(islice(client(vendor).products(), 150))
    assert [request.url.params.get("offset") for request in vendor.asked[1:]] == ["0", "100"]


def test_every_row_of_a_long_list_comes_once_and_in_order() -> None:
    skus = [
        row.sku for row in client(_vendor(_many(250))).products() if isinstance(row, VendorProduct)
    ]
    assert skus == [f"SKU-{number}" for number in range(250)]


def test_a_vendor_that_gives_shorter_pages_is_read_to_the_end() -> None:
    rows = _many(25)
    vendor = ScriptedVendor(
        lambda request: answer(
            page(rows[(at := int(request.url.params["offset"])) : at + 10], len(rows))
        )
    )
    assert len(list(client(vendor).products())) == 25


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"items": {}, "total": 3}', b'{"items": []}'])
def test_a_broken_page_is_reported_once_and_the_next_one_read(body: bytes) -> None:
    vendor = _vendor(_many(250), lambda offset: body if offset == 100 else None)
    rows = list(client(vendor).products())
    assert [row.position for row in rows if isinstance(row, BrokenRow)] == [100]
    assert len(rows) == 151


def test_a_list_whose_first_page_is_broken_still_goes_on() -> None:
    vendor = _vendor(_many(150), lambda offset: b"{" if offset == 0 else None)
    assert len(list(client(vendor).products())) == 51


def test_a_list_of_nothing_but_broken_pages_is_settled() -> None:
    rows = list(client(_vendor([], lambda _offset: b"{")).products())
    assert len(rows) == pages.MOST_BROKEN_PAGES


def test_a_page_larger_than_asked_for_is_broken() -> None:
    vendor = ScriptedVendor(lambda _request: answer(page(_many(101))))
    assert isinstance(next(client(vendor).products()), BrokenRow)


def test_a_list_that_never_ends_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LONGEST_LIST", 500)
    endless = ScriptedVendor(lambda _request: answer(page(_many(100), 10**9)))
    with pytest.raises(Rejected, match="does not end"):
        list(client(endless).products())
