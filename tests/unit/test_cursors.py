"""Cursors: they come back from clients, who may send anything."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.queries.assets import AssetSort, sort_key
from bittitan_plugin.store.queries.cursors import decode, encode
from bittitan_plugin.store.queries.keyset import Position
from tests.tables import every

KEY = UUID(int=7)


@every(
    "by, value",
    [
        (AssetSort.NAME, "Überführung/1"),
        (AssetSort.QUANTITY, 25),
        (AssetSort.TOTAL, Decimal("14.0001")),
        (AssetSort.PURCHASE_DATE, datetime(2026, 3, 10, 9, 30, 0, 123456, tzinfo=UTC)),
        (AssetSort.COUPON_EXPIRES_AT, None),
    ],
)
def test_a_cursor_reads_back_as_its_position(by: AssetSort, value: Any) -> None:
    position = Position(value, KEY)
    assert decode(encode(position), sort_key(by, descending=False), field="after") == position


def cursor(*content: Any) -> str:
    return b64encode(json.dumps(content).encode()).decode()


@every(
    "by, forged",
    [
        (AssetSort.NAME, ""),
        (AssetSort.NAME, "é"),
        (AssetSort.NAME, b64encode(b"{").decode()),
        (AssetSort.NAME, b64encode(b"[" * 100_000).decode()),
        (AssetSort.NAME, b64encode(b"7").decode()),
        (AssetSort.NAME, cursor()),
        (AssetSort.NAME, cursor("a")),
        (AssetSort.NAME, cursor("a", "not a uuid")),
        (AssetSort.NAME, cursor("a", 7)),
        (AssetSort.NAME, cursor(7, KEY.hex)),
        (AssetSort.NAME, cursor("\0", KEY.hex)),
        (AssetSort.NAME, cursor("\ud800", KEY.hex)),
        (AssetSort.NAME, cursor(None, KEY.hex)),
        (AssetSort.QUANTITY, cursor("a", KEY.hex)),
        (AssetSort.QUANTITY, cursor(True, KEY.hex)),
        (AssetSort.QUANTITY, cursor(10**30, KEY.hex)),
        (AssetSort.TOTAL, cursor("1e400", KEY.hex)),
        (AssetSort.TOTAL, cursor("NaN", KEY.hex)),
        (AssetSort.TOTAL, cursor("sNaN", KEY.hex)),
        (AssetSort.TOTAL, cursor("x", KEY.hex)),
        (AssetSort.PURCHASE_DATE, cursor("2026-03-10T00:00:00", KEY.hex)),
        (AssetSort.PURCHASE_DATE, cursor("0001-01-01T00:00:00+14:00", KEY.hex)),
        (AssetSort.PURCHASE_DATE, cursor(7, KEY.hex)),
        (AssetSort.PURCHASE_DATE, cursor([], KEY.hex)),
    ],
)
def test_a_forged_cursor_is_refused_before_it_reaches_the_database(
    by: AssetSort, forged: str
) -> None:
    with pytest.raises(Refusal) as refused:
        decode(forged, sort_key(by, descending=False), field="after")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "after")
