"""Importing codes: what is new, known and bad, and that nothing comes in twice."""

import tracemalloc
from collections.abc import Iterator
from threading import Thread

import pytest
from sqlalchemy import text

from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.stock import importing as stock_import
from bittitan_plugin.services.stock.importing import (
    CHUNK,
    MOST_REASONS,
    ImportMode,
    ImportReport,
    StockFile,
    import_stock,
)
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.queries.stock import StockFilter, code_list
from bittitan_plugin.store.tables import StockCodeRow, StockImportRow
from tests.fakes.host import line
from tests.integration.stock.shelf import bring_in, from_stock, new_code, row
from tests.world import STAFF, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def seller(shop: Shop) -> Shop:
    return from_stock(shop)


def held(shop: Shop) -> int:
    with shop.tenant.reading() as work:
        return code_list(work, StockFilter()).count()


def stock(shop: Shop) -> list[StockCode]:
    with shop.tenant.reading() as work:
        page = code_list(work, StockFilter()).page(Window(size=100))
    return [entry.item for entry in page.entries]


def counts(report: ImportReport) -> tuple[int, int, int, bool]:
    return report.new, report.known, report.bad, report.kept


def test_new_codes_come_into_the_stock(seller: Shop) -> None:
    code = new_code()
    report = bring_in(seller, row(25, code=code, rest=",365,9.50 USD,spring"))
    assert counts(report) == (1, 0, 0, True)
    (kept,) = stock(seller)
    assert seller.ports.cipher.open(kept.code) == code
    assert (kept.licenses, kept.state) == (25, StockState.AVAILABLE)
    assert (kept.validity_days, kept.note) == (365, "spring")
    assert (str(kept.cost), kept.cost_currency) == ("9.50", "USD")


def test_importing_the_same_file_twice_adds_nothing(seller: Shop) -> None:
    rows = [row(25) for _ in range(5)]
    bring_in(seller, *rows)
    assert counts(bring_in(seller, *rows)) == (0, 5, 0, True)
    assert held(seller) == 5


def test_a_code_is_the_same_whatever_its_case(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    assert bring_in(seller, row(25, code=code.lower())).known == 1


def test_a_known_code_with_other_content_is_bad_and_says_what_is_known(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    report = bring_in(seller, row(50, code=code))
    assert counts(report) == (0, 0, 1, False)
    assert "25 licence(s)" in report.reasons[0].reason
    assert code not in report.reasons[0].reason


def test_a_code_that_was_sold_is_still_known(seller: Shop) -> None:
    one = row(25)
    bring_in(seller, one)
    assert seller.buy(line(quantity=25)).has_coupon
    assert counts(bring_in(seller, one)) == (0, 1, 0, True)


def test_a_row_repeated_in_the_file_counts_once(seller: Shop) -> None:
    one = row(25)
    assert counts(bring_in(seller, one, one, one)) == (1, 2, 0, True)
    assert held(seller) == 1


@pytest.mark.parametrize("mode", [ImportMode.DRY_RUN, ImportMode.ALL_OR_NONE])
def test_a_repeated_code_is_always_said_with_its_line(seller: Shop, mode: ImportMode) -> None:
    one, other = row(25), row(10)
    report = bring_in(seller, one, other, one, other, one, mode=mode)
    assert [(each.line, each.reason) for each in report.repeated_rows] == [
        (3, "The code stands on line 1 too."),
        (4, "The code stands on line 2 too."),
        (5, "The code stands on line 1 too."),
    ]


def test_codes_that_a_spreadsheet_destroyed_are_never_in_stock(seller: Shop) -> None:
    rows = [row(5, code="1.23457E+15")] * 3
    report = bring_in(seller, *rows, row(5), mode=ImportMode.GOOD_ROWS)
    assert counts(report) == (1, 0, 3, True)
    assert [bad.line for bad in report.reasons] == [1, 2, 3]


def test_a_code_that_stands_twice_with_other_content_names_both_lines(seller: Shop) -> None:
    code = new_code()
    report = bring_in(seller, row(25, code=code), row(10), row(50, code=code))
    assert counts(report) == (2, 0, 1, False)
    assert report.reasons[0].line == 3
    assert "line 1" in report.reasons[0].reason


def test_one_bad_row_keeps_all_out(seller: Shop) -> None:
    report = bring_in(seller, row(25), row(0), row(10))
    assert counts(report) == (2, 0, 1, False)
    assert held(seller) == 0


def test_the_good_rows_alone_go_in_on_demand(seller: Shop) -> None:
    report = bring_in(seller, row(25), row(0), row(10), mode=ImportMode.GOOD_ROWS)
    assert counts(report) == (2, 0, 1, True)
    assert held(seller) == 2


def test_a_dry_run_counts_and_changes_nothing(seller: Shop) -> None:
    known = row(25)
    bring_in(seller, known)
    report = bring_in(seller, known, row(10), row(0), mode=ImportMode.DRY_RUN)
    assert counts(report) == (1, 1, 1, False)
    assert held(seller) == 1


def test_a_dry_run_finds_repetitions_in_an_empty_stock_too(seller: Shop) -> None:
    code = new_code()
    rows = (row(25, code=code), row(25, code=code), row(10, code=code))
    assert counts(bring_in(seller, *rows, mode=ImportMode.DRY_RUN)) == (1, 1, 1, False)


def test_a_real_run_after_a_dry_run_does_what_it_said(seller: Shop) -> None:
    rows = [row(25), row(10)]
    said = bring_in(seller, *rows, mode=ImportMode.DRY_RUN)
    assert counts(bring_in(seller, *rows)) == (said.new, said.known, said.bad, True)


def test_only_so_many_bad_rows_are_listed_and_the_rest_counted(seller: Shop) -> None:
    report = bring_in(seller, *(row(0) for _ in range(MOST_REASONS + 5)))
    assert report.bad == MOST_REASONS + 5
    assert [bad.line for bad in report.reasons] == list(range(1, MOST_REASONS + 1))


def test_codes_are_stored_sealed_and_never_readable(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    with seller.tenant.reading() as work:
        (stored,) = work.session.query(StockCodeRow).filter_by(installation_id=seller.id)
        texts = [str(getattr(stored, column.key)) for column in StockCodeRow.__table__.columns]
    assert all(code not in text for text in texts)


def test_two_shops_that_hold_the_same_code_do_not_share_its_fingerprint(
    seller: Shop,
) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    other = configure(seller.ports, f"{seller.key}-other", {"coupon_source": "STOCK"}, active=True)
    file = StockFile("theirs.csv", [row(25, code=code).encode()])
    assert import_stock(Tenant(seller.ports, other.id), STAFF, file).new == 1
    with seller.ports.store.reading(other.id) as work:
        assert stock(seller)[0].fingerprint not in work.stock.by_fingerprints(
            [stock(seller)[0].fingerprint]
        )


def test_the_import_keeps_who_brought_what(seller: Shop) -> None:
    bring_in(seller, row(25), row(25), row(0), mode=ImportMode.GOOD_ROWS, name="spring.csv")
    with seller.tenant.reading() as work:
        (made,) = work.session.query(StockImportRow).filter_by(installation_id=seller.id)
    assert (made.source, made.imported_by) == ("spring.csv", STAFF.name)
    assert (made.added, made.known, made.bad) == (2, 0, 1)


def test_an_import_that_adds_nothing_leaves_no_trace(seller: Shop) -> None:
    one = row(25)
    bring_in(seller, one)
    bring_in(seller, one)
    with seller.tenant.reading() as work:
        assert work.session.query(StockImportRow).filter_by(installation_id=seller.id).count() == 1


def test_two_imports_of_one_file_at_once_add_it_once(seller: Shop) -> None:
    rows = "\n".join(row(5) for _ in range(30)).encode()
    reports: list[ImportReport] = []

    def bring() -> None:
        file = StockFile("codes.csv", [rows])
        reports.append(import_stock(seller.tenant, STAFF, file))

    threads = [Thread(target=bring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.new for report in reports) == [0, 0, 30]
    assert held(seller) == 30


def test_progress_is_told_after_every_chunk(seller: Shop) -> None:
    told: list[int] = []
    rows = "\n".join(row(1) for _ in range(2 * CHUNK + 1)).encode()
    import_stock(
        seller.tenant,
        STAFF,
        StockFile("codes.csv", [rows]),
        ImportMode.DRY_RUN,
        lambda so_far: told.append(so_far.rows),
    )
    assert told == [CHUNK, 2 * CHUNK, 2 * CHUNK + 1]


def test_codes_are_imported_while_the_plugin_is_switched_off(seller: Shop) -> None:
    seller.configure(active=False)
    assert bring_in(seller, row(25)).kept


def test_a_file_that_is_none_changes_nothing(seller: Shop) -> None:
    with pytest.raises(Refusal):
        bring_in(seller, "code,licences")
    assert held(seller) == 0


def test_a_failure_in_the_middle_keeps_nothing(seller: Shop) -> None:
    def broken() -> Iterator[bytes]:
        yield ("\n".join(row(1) for _ in range(CHUNK + 10))).encode()
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        import_stock(seller.tenant, STAFF, StockFile("codes.csv", broken()))
    assert held(seller) == 0


def test_a_file_larger_than_memory_should_hold_is_read_in_bounded_space(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_import, "CHUNK", 50)

    def peak(rows: int) -> int:
        pieces = (
            f"BIG-{n:09d},MAILBOX_LICENSE,1,2027-06-30,,,{'n' * 490}\n".encode()
            for n in range(rows)
        )
        file = StockFile("big.csv", pieces)
        tracemalloc.start()
        report = import_stock(seller.tenant, STAFF, file, ImportMode.DRY_RUN)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert report.new == rows
        return most

    # The first run also fills caches that stay. So many rows, because a megabyte more or less is
    # what threads of other tests may hold meanwhile.
    _, short, long = peak(100), peak(100), peak(5_100)
    # A row has 530 bytes; what is remembered of it is its fingerprint and its line.
    assert long - short < 5_000 * 600


def test_what_fingerprints_are_made_with_is_sealed(seller: Shop) -> None:
    bring_in(seller, row(25))
    with seller.tenant.reading() as work:
        secret = work.coupons.secret()
    assert secret is not None
    assert len(seller.ports.cipher.open(Sealed(secret))) == 64


@pytest.mark.databases("postgresql")
def test_postgresql_knows_how_large_the_stock_has_become_once_a_file_is_in(seller: Shop) -> None:
    """Else it looks through all codes for each, as it rightly did while there were few."""
    bring_in(seller, *(row(1) for _ in range(300)))
    with seller.ports.store.engine.connect() as connection:
        known, there = connection.execute(
            text(
                "SELECT (SELECT reltuples FROM pg_class WHERE relname = 'bittitan_stock_codes'), "
                "(SELECT count(*) FROM bittitan_stock_codes)"
            )
        ).one()
    assert known == there
