"""Cursors and page requests."""

import pytest

from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.platforms.shop.paging import PageRequest, decode, encode
from tests.tables import every


@pytest.mark.parametrize("value", [7, "bittitan-mailbox-license", "Ünicode"])
def test_a_cursor_leads_back_to_its_sort_value(value: int | str) -> None:
    assert decode(encode(value), "after") == value


@every("cursor", ["", "nonsense", "W10=", "WzEsMl0=", "bnVsbA==", "e30=", "/w=="])
def test_what_is_no_cursor_is_refused_on_its_argument(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(cursor, "before")
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
