"""What the stock holds, how it is used, and the command line that tells it."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bittitan_plugin.cli.stock import import_file, list_codes, print_report
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.domain.stock_report import Amount, TypeReport
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.stock.reports import stock_report
from tests.fakes.host import line
from tests.integration.stock.shelf import bring_in, days_on, from_stock, new_code, row
from tests.world import Shop


@pytest.fixture
def seller(shop: Shop) -> Shop:
    return from_stock(shop, time_zone="Europe/Athens")


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), soft_wrap=True, highlight=False)


def said(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def of_mailboxes(shop: Shop) -> TypeReport:
    return stock_report(shop.tenant).types[0]


def test_stock_is_told_by_product_type_and_month_of_expiry(seller: Shop) -> None:
    bring_in(
        seller,
        row(10, expires="2027-05-31"),
        row(15, expires="2027-06-01"),
        row(5, expires="2027-06-30"),
        row(7, kind="USER_MIGRATION_BUNDLE", expires="2027-06-30"),
    )
    mailbox, bundle = stock_report(seller.tenant).types
    assert [(str(m.month), m.amount) for m in mailbox.months] == [
        ("2027-05-01", Amount(codes=1, licenses=10)),
        ("2027-06-01", Amount(codes=2, licenses=20)),
    ]
    assert bundle.product_type is ProductType.USER_MIGRATION_BUNDLE
    assert bundle.free == Amount(codes=1, licenses=7)


def test_codes_about_to_expire_are_told(seller: Shop) -> None:
    bring_in(seller, row(10, expires=days_on(seller, 20)), row(15, expires=days_on(seller, 200)))
    assert of_mailboxes(seller).expiring_soon == Amount(codes=1, licenses=10)


def test_consumption_is_told_by_the_week(seller: Shop) -> None:
    bring_in(seller, *(row(10) for _ in range(3)))
    seller.buy(line(quantity=10))
    seller.world.clock.advance(days=7)
    seller.buy(line(quantity=20))
    weeks = of_mailboxes(seller).weeks
    assert len(weeks) == 12
    assert [(str(w.begins), w.amount.licenses) for w in weeks[-3:]] == [
        ("2026-03-02", 0),
        ("2026-03-09", 10),
        ("2026-03-16", 20),
    ]


def test_days_left_follow_from_the_last_four_weeks(seller: Shop) -> None:
    bring_in(seller, row(14), row(100))
    assert of_mailboxes(seller).days_left is None
    seller.buy(line(quantity=14))
    assert of_mailboxes(seller).days_left == 200
    seller.world.clock.advance(days=40)
    assert of_mailboxes(seller).days_left is None


def test_who_waits_is_counted(seller: Shop) -> None:
    seller.buy(line(quantity=10))
    assert of_mailboxes(seller).waiting == 1


def test_the_report_is_printed_as_text_csv_and_json(seller: Shop) -> None:
    bring_in(seller, row(10))
    for form in ({}, {"as_csv": True}, {"as_json": True}):
        out = Console(file=StringIO(), soft_wrap=True, highlight=False)
        assert print_report(seller.ports, seller.key, console=out, **form) == 0
        assert "10" in said(out)
        if "as_csv" in form:
            header, *rows = csv.reader(StringIO(said(out).removeprefix("\ufeff")))
            assert header[:2] == ["product type", "figure"]
            assert ["MAILBOX_LICENSE", "free", "", "1", "10", ""] in rows
        if "as_json" in form:
            assert json.loads(said(out))["types"][0]["free"] == {"codes": 1, "licenses": 10}


def test_a_list_shows_codes_masked(seller: Shop, console: Console) -> None:
    code = new_code()
    bring_in(seller, row(10, code=code))
    assert list_codes(seller.ports, seller.key, StockState.AVAILABLE, console=console) == 0
    assert code not in said(console)
    assert f"…{code[-4:]}" in said(console)


def test_a_list_is_no_danger_to_a_spreadsheet(seller: Shop, console: Console) -> None:
    bring_in(seller, row(10, rest=',,,"=HYPERLINK(""http://evil"")"'))
    list_codes(seller.ports, seller.key, None, as_csv=True, console=console)
    _, listed = csv.reader(StringIO(said(console)))
    assert listed[-1] == '\'=HYPERLINK("http://evil")'


def test_a_repeated_row_is_named_by_its_line(
    seller: Shop, console: Console, tmp_path: Path
) -> None:
    file, one = tmp_path / "codes.csv", row(5)
    file.write_text(f"{one}\n{one}\n")
    mode = ImportMode.ALL_OR_NONE
    assert import_file(seller.ports, seller.key, file, mode, console=console) == 0
    assert "line 2: The code stands on line 1 too." in said(console)


def test_a_file_is_imported_by_command(seller: Shop, console: Console, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("\n".join([row(10), row(15)]))
    mode = ImportMode.ALL_OR_NONE
    assert import_file(seller.ports, seller.key, file, mode, console=console) == 0
    assert "2 rows: 2 new, 0 known, 0 bad" in said(console)


def test_a_bad_row_is_said_with_its_line_and_ends_with_1(
    seller: Shop, console: Console, tmp_path: Path
) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("\n".join([row(10), row(0)]))
    mode = ImportMode.ALL_OR_NONE
    assert import_file(seller.ports, seller.key, file, mode, console=console) == 1
    assert "line 2:" in said(console)
    assert "nothing was imported" in said(console)


def test_a_progress_bar_is_shown_on_a_terminal(seller: Shop, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(row(10))
    console = Console(file=StringIO(), force_terminal=True, width=100)
    assert import_file(seller.ports, seller.key, file, ImportMode.DRY_RUN, console=console) == 0
    assert "a dry run: nothing was changed" in said(console)


def test_a_file_that_is_not_there_is_said_and_nothing_else(
    seller: Shop, console: Console, tmp_path: Path
) -> None:
    missing = tmp_path / "missing.csv"
    mode = ImportMode.ALL_OR_NONE
    assert import_file(seller.ports, seller.key, missing, mode, as_json=True, console=console) == 1
    assert "missing.csv" in json.loads(said(console))["error"]


def test_an_unknown_installation_is_said(seller: Shop, console: Console) -> None:
    assert print_report(seller.ports, "nowhere", console=console) == 1
    assert list_codes(seller.ports, "nowhere", None, console=console) == 1
    assert said(console).count("There is no installation 'nowhere'.") == 2
