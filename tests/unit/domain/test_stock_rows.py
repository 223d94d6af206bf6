"""The stock file: what is read of it, and what is said of what cannot be."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bittitan_plugin.domain import stock_rows
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock_lines import LONGEST_LINE
from bittitan_plugin.domain.stock_rows import BadRow, Rules, StockRow, read_rows
from tests.tables import every

MAILBOX, BUNDLE = ProductType.MAILBOX_LICENSE, ProductType.USER_MIGRATION_BUNDLE
RULES = Rules(
    articles={"MW-MAILBOX": MAILBOX, "UMB": BUNDLE},
    zone=ZoneInfo("Europe/Athens"),
    now=datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
)
GOOD = "MW-CODE-1,MAILBOX_LICENSE,25,2027-03-31"


def read(text: str | bytes, rules: Rules = RULES) -> list[StockRow | BadRow]:
    return list(read_rows([text if isinstance(text, bytes) else text.encode()], rules))


def one(text: str) -> StockRow:
    (row,) = read(text)
    assert isinstance(row, StockRow), row
    return row


def why(text: str | bytes) -> str:
    (row,) = read(text)
    assert isinstance(row, BadRow), row
    return row.reason


def refusal(data: Iterable[bytes]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        list(read_rows(data, RULES))
    assert refused.value.field == "file"
    return refused.value


def test_a_row_without_header_is_read_in_the_documented_order() -> None:
    row = one("MW-CODE-1,MAILBOX_LICENSE,25,2027-03-31,365,9.50 USD,spring")
    assert row == StockRow(
        line=1,
        code="MW-CODE-1",
        product_type=MAILBOX,
        sku=None,
        licenses=25,
        expires_at=datetime(2027, 4, 1, tzinfo=ZoneInfo("Europe/Athens")),
        validity_days=365,
        cost=Decimal("9.50"),
        cost_currency="USD",
        note="spring",
    )


def test_what_is_optional_may_be_left_out() -> None:
    row = one(GOOD)
    assert (row.validity_days, row.cost, row.cost_currency, row.note) == (None, None, None, None)


@every("separator", [",", ";", "\t"])
@every("end", ["\n", "\r\n"])
@every("mark", [b"", b"\xef\xbb\xbf"])
@every("header", [True, False])
def test_every_usual_form_of_csv_says_the_same(
    separator: str, end: str, mark: bytes, header: bool
) -> None:
    rows = [["MW-CODE-1", "MAILBOX_LICENSE", "25", "2027-03-31"]]
    if header:
        rows.insert(0, ["code", "product type", "licences", "expires on"])
    text = end.join(separator.join(cells) for cells in rows) + end
    (row,) = read(mark + text.encode())
    assert isinstance(row, StockRow)
    assert (row.code, row.licenses) == ("MW-CODE-1", 25)


@given(st.permutations(["code", "product type or SKU", "licences", "expires on", "note"]))
def test_with_a_header_the_columns_may_stand_in_any_order(order: list[str]) -> None:
    values = {
        "code": "MW-CODE-1",
        "product type or SKU": "UMB",
        "licences": "5",
        "expires on": "2027-03-31",
        "note": "hello",
    }
    row = one(",".join(order) + "\n" + ",".join(values[name] for name in order))
    assert (row.code, row.sku, row.licenses, row.note) == ("MW-CODE-1", "UMB", 5, "hello")


def test_a_header_is_known_by_other_names_too() -> None:
    row = one("Coupon_Code;SKU;License Count;Expiry Date;Validity\nMW-CODE-1;UMB;5;2027-03-31;90")
    assert (row.sku, row.validity_days) == ("UMB", 90)


def test_columns_of_other_names_are_left_out() -> None:
    assert one("code,who,sku,count,expires\nMW-CODE-1,me,UMB,5,2027-03-31").licenses == 5


def test_a_header_that_lacks_a_column_is_refused_by_its_name() -> None:
    refused = refusal([b"code,licences\nMW-CODE-1,5"])
    assert refused.code is ErrorCode.REQUIRED
    assert "product type or SKU, expires on" in refused.message


def test_a_header_that_names_a_column_twice_is_refused() -> None:
    assert "licences" in refusal([b"code,sku,licences,count,expires\n"]).message


@every(
    "written, kind, sku",
    [
        ("MAILBOX_LICENSE", MAILBOX, None),
        ("mailbox_license", MAILBOX, None),
        ("BitTitan Mailbox License", MAILBOX, None),
        ("bittitan-user-migration-bundle", BUNDLE, None),
        ("User Migration Bundle", BUNDLE, None),
        ("MW-MAILBOX", MAILBOX, "MW-MAILBOX"),
    ],
)
def test_a_product_type_or_a_sku_says_what_it_is(
    written: str, kind: ProductType, sku: str | None
) -> None:
    row = one(f"MW-CODE-1,{written},25,2027-03-31")
    assert (row.product_type, row.sku) == (kind, sku)


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("2027-03-31", "2027-03-31T21:00:00+00:00"),
        ("31.3.2027", "2027-03-31T21:00:00+00:00"),
        ("2027-03-31T12:00:00+00:00", "2027-03-31T12:00:00+00:00"),
        ("2027-03-31 12:00:00", "2027-03-31T09:00:00+00:00"),
    ],
)
def test_a_day_counts_whole_in_the_instances_time_zone(written: str, until: str) -> None:
    row = one(f"MW-CODE-1,UMB,25,{written}")
    assert row.expires_at.astimezone(UTC).isoformat() == until


@every(
    "written, cost, currency",
    [
        ("9.50 USD", "9.50", "USD"),
        ("EUR 9", "9", "EUR"),
        ("9.50usd", "9.50", "USD"),
        ("9.50", "9.50", None),
        ('"9,50"', "9.50", None),
    ],
)
def test_a_purchase_cost_is_read(written: str, cost: str, currency: str | None) -> None:
    row = one(f"{GOOD},,{written}")
    assert (row.cost, row.cost_currency) == (Decimal(cost), currency)


def test_a_currency_may_have_a_column_of_its_own() -> None:
    row = one("code,sku,licences,expires,cost,currency\nMW-CODE-1,UMB,5,2027-03-31,9.50,usd")
    assert (row.cost, row.cost_currency) == (Decimal("9.50"), "USD")


@every("note", ["=HYPERLINK(1)", "+1", "@SUM(A1)", "-2", "Zürich", "日本"])
def test_a_note_is_text_whatever_a_spreadsheet_would_make_of_it(note: str) -> None:
    assert one(f'{GOOD},,,"{note}"').note == note


@every(
    "row, reason",
    [
        ("MW-CODE-1,MAILBOX_LICENSE,25,2026-03-09", "expired"),
        ("MW-CODE-1,MAILBOX_LICENSE,25,9999-12-31", "is no date"),
        ("MW-CODE-1,MAILBOX_LICENSE,25,2096-01-01", "days away"),
        ("MW-CODE-1,MAILBOX_LICENSE,25,03/31/2027", "write it as 2027-03-31"),
        ("MW-CODE-1,MAILBOX_LICENSE,25,soon", "is no date"),
        ("MW-CODE-1,MAILBOX_LICENSE,0,2027-03-31", "whole number"),
        ("MW-CODE-1,MAILBOX_LICENSE,-5,2027-03-31", "whole number"),
        ("MW-CODE-1,MAILBOX_LICENSE,1000000000,2027-03-31", "whole number"),
        ("MW-CODE-1,MAILBOX_LICENSE,2.5,2027-03-31", "whole number"),
        ("MW-CODE-1,MAILBOX_LICENSE,٣,2027-03-31", "whole number"),
        ("MW-CODE-1,SOMETHING,25,2027-03-31", "neither MAILBOX_LICENSE or"),
        ("MW-CODE-1,,25,2027-03-31", "'product type or SKU' is empty"),
        (",MAILBOX_LICENSE,25,2027-03-31", "'code' is empty"),
        ("MW-CODE-1,MAILBOX_LICENSE,25,", "'expires on' is empty"),
        ("MW-CODE-1,MAILBOX_LICENSE", "'licences' is empty"),
        ("MW CODE 1,MAILBOX_LICENSE,25,2027-03-31", "not one word"),
        ("=1+1,MAILBOX_LICENSE,25,2027-03-31", "not one word"),
        ("abc,MAILBOX_LICENSE,25,2027-03-31", "not one word"),
        ("ÄÖÜ-1234,MAILBOX_LICENSE,25,2027-03-31", "not one word"),
        (f"{'X' * 200},MAILBOX_LICENSE,25,2027-03-31", "not one word"),
        (f"{GOOD},0", "outside 1"),
        (f"{GOOD},4000", "outside 1"),
        (f"{GOOD},a year", "whole days"),
        (f"{GOOD},,free", "12.50 USD"),
        (f"{GOOD},,-1 USD", "negative"),
        (f"{GOOD},,1e9 USD", "12.50 USD"),
        (f"{GOOD},,EUR 5 USD", "two currencies"),
        (f"{GOOD},,1.23456 USD", "decimal places"),
        (f"{GOOD},,,{'x' * 501}", "at most 500"),
        (f"{GOOD},,,a\x07b", "printable"),
        (f"{GOOD},,,note,more", "8 fields"),
        ('MW-CODE-1,"MAILBOX_LICENSE,25,2027-03-31', "quote"),
        ('MW-CODE-1,"MAIL"BOX,25,2027-03-31', "quote"),
    ],
)
def test_a_bad_row_says_what_is_wrong(row: str, reason: str) -> None:
    said = why(row)
    assert reason in said
    assert "MW-CODE-1" not in said


def test_a_quote_over_several_lines_costs_those_lines_and_no_more() -> None:
    text = f'{GOOD}\nMW-CODE-2,UMB,5,2027-03-31,,,"first\nsecond"\nMW-CODE-3,UMB,5,2027-03-31'
    rows = read(text)
    assert [isinstance(row, StockRow) for row in rows] == [True, False, False, True]
    assert [row.line for row in rows] == [1, 2, 3, 4]


def test_empty_lines_are_no_rows_but_are_counted_as_lines() -> None:
    rows = read(f"\n{GOOD}\n\n;;;\n,,\nMW-CODE-2,UMB,0,2027-03-31\n\n")
    assert [row.line for row in rows] == [2, 6]


@every(
    "beginning, mend",
    [
        (b"PK\x03\x04rest of a zip", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        ("code,sku".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7", "PDF"),
        (b"\x7fELF\0\0\0\0", "binary"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_what_to_do(beginning: bytes, mend: str) -> None:
    assert mend in refusal([beginning]).message


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"code,sku,licences,expires on"])
def test_a_file_without_rows_is_refused(data: bytes) -> None:
    assert refusal([data]).code is ErrorCode.REQUIRED


def test_a_line_in_another_encoding_is_one_bad_row() -> None:
    good = GOOD.encode()
    rows = read(good + b"\nMW-CODE-2,UMB,5,2027-03-31,,,Z\xfcrich\n" + good)
    assert [isinstance(row, StockRow) for row in rows] == [True, False, True]
    assert isinstance(rows[1], BadRow)
    assert "UTF-8" in rows[1].reason


def test_a_nul_byte_is_one_bad_row() -> None:
    padding = b"\n".join([GOOD.encode()] * 40)
    rows = read(padding + b"\nMW-CODE-2\0,UMB,5,2027-03-31\n")
    assert [type(row) for row in rows[-2:]] == [StockRow, BadRow]


def test_a_line_of_ten_megabytes_is_one_bad_row_and_never_held_whole() -> None:
    largest = 0

    def pieces() -> Iterable[bytes]:
        nonlocal largest
        yield GOOD.encode() + b"\nMW-CODE-2,UMB,5,"
        for _ in range(160):
            largest += 1 << 16
            yield b"9" * (1 << 16)
        yield b"\nMW-CODE-3,UMB,5,2027-03-31"

    rows = list(read_rows(pieces(), RULES))
    assert largest == 10 << 20
    assert [(type(row), row.line) for row in rows] == [(StockRow, 1), (BadRow, 2), (StockRow, 3)]
    assert isinstance(rows[1], BadRow)
    assert str(LONGEST_LINE) in rows[1].reason


def test_a_file_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_rows, "MOST_ROWS", 3)
    refusal([b"\n".join([GOOD.encode()] * 4)])


@given(st.integers(1, 40))
def test_it_does_not_matter_into_which_pieces_a_file_falls(size: int) -> None:
    data = "\ufeffcode;sku;licences;expires on\r\nMW-ÄÖ;UMB;5;2027-03-31\r\n".encode()
    data += b"MW-CODE-2;UMB;5;2027-03-31\r\n"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert list(read_rows(pieces, RULES)) == read(data)


@given(st.binary(max_size=300))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes) -> None:
    try:
        rows = read(data)
    except Refusal as refused:
        fault = refused.field
    else:
        fault = None if rows else "nothing was said"
    assert fault in {None, "file"}


@given(st.text(st.characters(exclude_characters="\0"), max_size=200))
@example("QUANTITY")
def test_whatever_text_a_row_holds_it_is_good_or_bad_or_begins_another_table(text: str) -> None:
    try:
        rows = read(f"{GOOD}\n{text}".encode(errors="replace"))
    except Refusal as refused:
        said, rows = refused.message, []
    else:
        said = ""
    assert all(isinstance(row, StockRow | BadRow) for row in rows)
    assert bool(rows) != ("second header" in said)


def test_a_row_never_shows_its_code() -> None:
    assert "MW-CODE-1" not in repr(one(GOOD))
