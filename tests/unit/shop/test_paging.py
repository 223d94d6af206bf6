"""Cursors and page requests."""

from uuid import UUID

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.platforms.shop.paging import Listing, PageRequest
from bittitan_plugin.platforms.shop.tables import OrderRow, ProductRow
from bittitan_plugin.store.queries.cursors import encode
from bittitan_plugin.store.queries.keyset import Position
from tests.tables import every

ORDERS = Listing(query=select(OrderRow), key=OrderRow.sequence)
PRODUCTS = Listing(query=select(ProductRow), key=ProductRow.slug)
ROW = UUID(int=7)


@pytest.mark.parametrize(
    ("listing", "value"),
    [(ORDERS, 7), (PRODUCTS, "bittitan-mailbox-license"), (PRODUCTS, "Ünicode")],
)
def test_a_cursor_leads_back_to_its_place(listing: Listing[object], value: int | str) -> None:
    place = Position(value, ROW)
    assert listing.position(encode(place), "after") == place


@every("cursor", ["", "nonsense", "W10=", "WzEsMl0=", "bnVsbA==", "e30=", "/w=="])
def test_what_is_no_cursor_is_refused_on_its_argument(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        ORDERS.position(cursor, "before")
    assert refused.value.field == "before"


@every(
    "listing, value",
    [(ORDERS, "bittitan-mailbox-license"), (ORDERS, True), (ORDERS, 2**40), (PRODUCTS, 7)],
)
def test_a_cursor_of_another_list_is_refused_on_its_argument(
    listing: Listing[object], value: object
) -> None:
    with pytest.raises(Refusal, match=r"That cursor is of another list\.") as refused:
        listing.position(encode(Position(value, ROW)), "before")
    assert refused.value.field == "before"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (PageRequest(), "first"),
        (PageRequest(first=1, last=1), "first"),
        (PageRequest(first=0), "first"),
        (PageRequest(last=101), "last"),
    ],
)
def test_a_senseless_page_is_refused_on_its_argument(request_: PageRequest, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        _ = request_.size
    assert refused.value.field == field


@pytest.mark.parametrize("request_", [PageRequest(first=100), PageRequest(last=100)])
def test_a_page_may_have_a_hundred_rows(request_: PageRequest) -> None:
    assert request_.size == 100
