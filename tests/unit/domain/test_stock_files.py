"""Stock files as spreadsheets, exports and web pages write them: what was meant, or a refusal."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bittitan_plugin.domain import stock_rows
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock_rows import BadRow, Rules, StockRow, read_rows
from tests.tables import every

RULES = Rules(
    articles={"MW-MAILBOX": ProductType.MAILBOX_LICENSE},
    zone=ZoneInfo("Europe/Athens"),
    now=datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
)
HEADER = "code;product type;licences;expires on"
WITH_COST = f"{HEADER};validity;cost;currency"


def read(data: str | bytes) -> list[StockRow | BadRow]:
    return list(read_rows([data if isinstance(data, bytes) else data.encode()], RULES))


def good(data: str | bytes) -> list[StockRow]:
    rows = [row for row in read(data) if isinstance(row, StockRow)]
    assert rows == read(data), "there are bad rows"
    return rows


def codes(data: str | bytes) -> list[str]:
    return [row.code for row in good(data)]


def bad(data: str | bytes) -> dict[int, str]:
    rows = [row for row in read(data) if isinstance(row, BadRow)]
    assert rows == read(data), "there are good rows"
    return {row.line: row.reason for row in rows}


def refusal(data: str | bytes) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(data)
    assert refused.value.field == "file"
    return refused.value


def of_codes(*written: str) -> str:
    """A file with these codes."""
    rows = [f"{code};MAILBOX_LICENSE;5;2027-06-30" for code in written]
    return "\n".join([HEADER, *rows, ""])


def of_costs(*written: str) -> str:
    """A file with these purchase costs."""
    rows = [f"MW-{n:04};MAILBOX_LICENSE;5;2027-06-30;365;{c};" for n, c in enumerate(written)]
    return "\n".join([WITH_COST, *rows])


ROW = "MW-0001;MAILBOX_LICENSE;5;2027-06-30"


def test_codes_in_scientific_notation_are_refused_each_by_its_line() -> None:
    reasons = bad(of_codes("1.23457E+15", "1.23457E+15", "1,23457E+15", "1E+20", "1.2e-07"))
    assert list(reasons) == [2, 3, 4, 5, 6]
    assert all("scientific notation" in reason for reason in reasons.values())
    assert all("as text" in reason for reason in reasons.values())


@every("code", ["#NAME?", "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NULL!", "#NUM!", "#BEZUG!"])
def test_an_error_of_a_spreadsheet_is_no_code(code: str) -> None:
    assert "error of a spreadsheet" in bad(of_codes(code))[2]


@every("code", ["########", "#WERT!", "#NV", "#SPILL!"])
def test_what_does_not_fit_its_column_or_was_localized_is_no_code(code: str) -> None:
    assert "as text" in bad(of_codes(code))[2]


@every(
    "code",
    ["TRUE", "false", "WAHR", "Vrai", "NULL", "none", "None", "N/A", "n/a", "nan", "NaT", "nil"],
)
def test_a_word_for_nothing_or_a_truth_value_is_no_code(code: str) -> None:
    reason = bad(of_codes(code))[2]
    assert "word for nothing" in reason
    assert "as text" in reason


@every("code", ["undefined", "empty", "Infinity", "FAUX", "falsch"])
def test_nor_is_one_of_another_language_or_program(code: str) -> None:
    assert "word for nothing" in bad(of_codes(code))[2]


@every("code", ["1234567890123450.0", "123456.5", '"123,5"', "1.234.567", "12345,"])
def test_a_number_that_a_spreadsheet_made_of_a_code_is_no_code(code: str) -> None:
    assert "a number with" in bad(of_codes(code))[2]


@every("code", ["1234567890123450", "12345678901234500000"])
def test_a_number_whose_last_digits_a_spreadsheet_lost_is_no_code(code: str) -> None:
    assert "rounded" in bad(of_codes(code))[2]


@every(
    "code",
    [
        *("3-Mar", "03-Mar-24", "Mar-03", "3. Mrz", "03.Mai.2027", "Mar-2027", "12-Dez", "1-Jun"),
        *("2027-03-31", "31.03.2027", "3/4/2027", "03/04/27", "2027-03-31 00:00:00", "June-27"),
    ],
)
def test_a_date_that_a_spreadsheet_made_of_a_code_is_no_code(code: str) -> None:
    assert "a date" in bad(of_codes(code))[2]


def test_a_time_is_no_code_either() -> None:
    assert "a time" in bad(of_codes("12:30:00"))[2]


@every(
    "code",
    [
        *("1234E567", "AB12", "MARK-1234", "2027-AB-31", "NONE-1234", "TRUE1", "12345678"),
        *("0001-0002-0003", "1-2-3-4", "MW-3-MAR-77X", "DEADBEEF", "123456789012345", "JUN-123"),
    ],
)
def test_what_only_looks_a_little_like_it_is_a_code(code: str) -> None:
    assert codes(of_codes(code)) == [code]


def test_the_way_out_that_a_refusal_names_leads_out() -> None:
    assert '="…"' in bad(of_codes("1234567890123450"))[2]
    assert codes(of_codes('="1234567890123450"')) == ["1234567890123450"]


@every("code", ['="1.23457E+15"', "'1.23457E+15", '="NULL"', "'TRUE"])
def test_what_is_no_code_in_any_case_is_none_as_text(code: str) -> None:
    assert "as text" in bad(of_codes(code))[2]


def test_no_reason_quotes_a_code() -> None:
    for code in ("1234567890123450", "31.03.2027", "ÄÖÜ-1234", "MW 12 34"):
        assert code not in bad(of_codes(code))[2]


@every("code", ['="00012345"', "'00012345", '"=""00012345"""'])
def test_a_text_formula_is_the_text_in_it(code: str) -> None:
    assert codes(of_codes(code)) == ["00012345"]


@every("code", ["=A1&B1", '=CONCAT("AB";"CD")', '="AB"&"CD"', "=1+1", "@SUM(A1)"])
def test_a_formula_that_is_no_plain_text_is_no_code(code: str) -> None:
    assert list(bad(of_codes(f'"{code.replace(chr(34), chr(34) * 2)}"'))) == [2]


def test_the_other_cells_may_be_text_formulas_too() -> None:
    (row,) = good(f'{HEADER};note\nMW-0001;="MAILBOX_LICENSE";="5";="2027-06-30";="x"')
    assert (row.licenses, row.expires_at.astimezone(RULES.zone).day) == (5, 1)
    assert row.note == '="x"'


@every(
    "code",
    [
        *("AAAA-0001\u00a0", "AAAA-0001\u200b", "\u202aAAAA-0001\u202c", "AAAA\u20110001"),
        *("AAAA\u20130001", "AAAA\u22120001", "\ufeffAAAA-0001", "AA\u00adAA-0001"),
    ],
)
def test_what_cannot_be_seen_is_no_part_of_a_code_and_a_dash_is_a_dash(code: str) -> None:
    assert codes(of_codes(code)) == ["AAAA-0001"]


def test_a_product_type_may_hold_a_blank_that_does_not_break() -> None:
    rows = f"{HEADER}\nAAAA-0006;MAILBOX_LICENSE\u00a0;5;2027-06-30\n"
    rows += "AAAA-0007;MAILBOX\u00a0LICENSE;5;2027-06-30"
    assert [row.product_type for row in good(rows)] == [ProductType.MAILBOX_LICENSE] * 2


def test_a_letter_that_only_looks_latin_is_named() -> None:
    (reason,) = bad(of_codes("\u0410\u0410\u0410\u0410-0008")).values()
    assert "CYRILLIC CAPITAL LETTER A" in reason


@every(
    "written",
    [
        *("2027-06-30", "2027-06-30 00:00:00", "2027-06-30T00:00:00", "30.06.2027 00:00:00"),
        *("30.6.2027", "2027-06-30 00:00", "2027-06-30T00:00:00.000", "20270630"),
    ],
)
def test_a_midnight_without_offset_is_the_day_and_not_the_instant_before_it(written: str) -> None:
    (row,) = good(f"{HEADER}\nMW-0001;MAILBOX_LICENSE;5;{written}")
    assert row.expires_at == datetime(2027, 7, 1, tzinfo=ZoneInfo("Europe/Athens"))


@every(
    "written, instant",
    [
        ("2027-06-30T00:00:00Z", datetime(2027, 6, 30, tzinfo=UTC)),
        ("2027-06-30T00:00:00+02:00", datetime(2027, 6, 29, 22, tzinfo=UTC)),
        ("30.06.2027 12:30", datetime(2027, 6, 30, 9, 30, tzinfo=UTC)),
    ],
)
def test_an_expiry_with_offset_or_with_a_time_is_that_instant(
    written: str, instant: datetime
) -> None:
    (row,) = good(f"{HEADER}\nMW-0001;MAILBOX_LICENSE;5;{written}")
    assert row.expires_at == instant


@every("hint", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "\ufeffsep=;"])
@every("end", ["\n", "\r\n"])
def test_a_hint_for_excel_does_not_hide_the_header(hint: str, end: str) -> None:
    assert codes(end.join([hint, HEADER, ROW, ""])) == ["MW-0001"]


def test_the_hint_says_which_separator_counts() -> None:
    row = "MW-0001\tMAILBOX_LICENSE\t5\t2027-06-30\t\t\ta; b, c; d"
    assert good(f"sep=\t\n{row}")[0].note == "a; b, c; d"


def test_a_hint_at_a_separator_that_is_not_read_is_refused_by_its_name() -> None:
    assert "'|'" in refusal("sep=|\ncode|sku").message


@every("title", ["Coupon codes", "Coupon;;;", "BitTitan coupons;exported 2026-03-01;;", "\nA\n\nB"])
def test_a_title_does_not_hide_the_header(title: str) -> None:
    swapped = "validity;cost;code;product type;licences;expires on"
    (row,) = good(f"{title}\n{swapped}\n365;12.50;MW-0001;MAILBOX_LICENSE;5;2027-06-30")
    assert (row.code, row.validity_days, row.cost) == ("MW-0001", 365, Decimal("12.50"))


def test_a_row_above_the_header_is_said_to_stand_there() -> None:
    first, second = read(f"{ROW}\n{HEADER}\n{ROW.replace('0001', '0002')}")
    assert isinstance(first, BadRow)
    assert (first.line, "above the header" in first.reason) == (1, True)
    assert isinstance(second, StockRow)


def test_a_second_header_is_refused_for_its_columns_may_be_others() -> None:
    assert "Line 3" in refusal(f"{HEADER}\n{ROW}\n{HEADER}\n{ROW}").message


def test_a_header_in_other_words_is_not_taken_for_a_row() -> None:
    assert "names no column 'code'" in refusal(f"Gutschein;Art;Zahl;Ablauf\n{ROW}").message


@every("marks", [1, 2, 3])
def test_however_many_byte_order_marks_there_are_the_header_is_found(marks: int) -> None:
    swapped = "cost;code;product type;licences;expires on"
    data = b"\xef\xbb\xbf" * marks + f"{swapped}\n9;{ROW}".encode()
    assert good(data)[0].cost == 9


@every("header", [True, False])
def test_a_file_whose_lines_end_with_cr_alone_is_read(header: bool) -> None:
    rows = [HEADER] * header + [ROW, ROW.replace("0001", "0002"), ""]
    read_in = good("\r".join(rows))
    assert [row.code for row in read_in] == ["MW-0001", "MW-0002"]
    assert [row.line for row in read_in] == [1 + header, 2 + header]


@every("size", [1, 2, 5, 64])
def test_a_line_end_that_falls_between_two_pieces_is_one(size: int) -> None:
    data = f"{HEADER}\r\n{ROW}\r\n\r\n{ROW}".encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [row.line for row in read_rows(pieces, RULES)] == [2, 4]


def test_commas_separate_where_a_note_is_full_of_semicolons() -> None:
    row = 'AAAA-0001,MAILBOX_LICENSE,5,2027-06-30,365,9.50,"a; b; c; d; e; f; g; h"'
    assert good(row)[0].note == "a; b; c; d; e; f; g; h"
    with_header = "code,product type,licences,expires on,note\n"
    short = 'AAAA-0001,MAILBOX_LICENSE,5,2027-06-30,"a; b; c; d; e; f"'
    assert good(with_header + short)[0].note == "a; b; c; d; e; f"


@every("cost", ["1.250", '"1,250"', "1.250 EUR", "USD 12.345", '"999,000"'])
def test_a_cost_that_can_be_read_in_two_ways_is_refused_with_the_question(cost: str) -> None:
    (reason,) = bad(of_costs(cost)).values()
    assert reason.startswith("Is the purchase cost")


def test_the_question_names_both_readings() -> None:
    (reason,) = bad(of_costs("1.250")).values()
    assert "1250 or 1.25?" in reason
    assert "1250.00" in reason


@every(
    "others, cost, amount",
    [
        (["9.50"], "1.250", "1.250"),
        (["9.50"], '"1,250"', "1250"),
        (['"9,50"'], "1.250", "1250"),
        (['"9,50"'], '"1,250"', "1.250"),
        (['"1.250,00"', "7"], "2.500", "2500"),
        (['"1,250.00"'], "2.500", "2.500"),
        (["1.250.000"], "2.500", "2500"),
    ],
)
def test_the_other_amounts_of_the_file_decide_wherever_they_stand(
    others: list[str], cost: str, amount: str
) -> None:
    for costs in ([*others, cost], [cost, *others]):
        rows = sorted(good(of_costs(*costs)), key=lambda row: row.line)
        assert rows[costs.index(cost)].cost == Decimal(amount)


def test_amounts_that_contradict_each_other_decide_nothing() -> None:
    rows = read(of_costs("9.50", '"8,50"', "1.250"))
    assert [type(row) for row in rows] == [StockRow, StockRow, BadRow]


@every(
    "cost, amount",
    [
        ('"1.250,00"', "1250"),
        ('"1,250.00"', "1250"),
        ("0.125", "0.125"),
        ("1250", "1250"),
        ("1.250.000", "1250000"),
        ("1250.5", "1250.5"),
    ],
)
def test_a_cost_that_can_be_read_in_one_way_is_read(cost: str, amount: str) -> None:
    assert good(of_costs(cost))[0].cost == Decimal(amount)


@every("cost", ['"1,25,0"', "1.2.3", '"1.250,00.0"', '"1,250,00"'])
def test_a_cost_that_can_be_read_in_no_way_is_refused(cost: str) -> None:
    assert "12.50 USD" in bad(of_costs(cost))[2]


def test_only_so_many_rows_wait_for_the_file_to_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_rows, "MOST_UNDECIDED", 1)
    rows = read(of_costs("1.250", "1.250", "9.50"))
    assert [(row.line, type(row)) for row in rows] == [(3, BadRow), (4, StockRow), (2, StockRow)]


@every(
    "page",
    [
        "<!DOCTYPE html><html><head><title>Sign in</title></head><body>login</body></html>",
        "\ufeff\r\n  <html>\n<body>",
        "<table><tr><td>code</td></tr></table>",
    ],
)
def test_a_web_page_is_said_to_be_one(page: str) -> None:
    refused = refusal(page)
    assert refused.code is ErrorCode.INVALID
    assert "a web page, not a list of codes" in refused.message


@every("beginning, what", [('{"codes": []}', "JSON"), ("<?xml version='1.0'?>", "XML")])
def test_so_is_whatever_else_a_download_gives(beginning: str, what: str) -> None:
    assert what in refusal(beginning).message
