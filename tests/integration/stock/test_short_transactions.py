"""Whoever sells never waits for a file: it comes in, and goes, in many short transactions.

To all who look it is nevertheless there as a whole or not at all, whatever is killed in between.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event

from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.domain.stock import IMPORT_SILENCE, StockState
from bittitan_plugin.services.coupons.code_claims import claim_coupon
from bittitan_plugin.services.coupons.code_lookup import mark_of
from bittitan_plugin.services.stock import allocation as stock_allocation
from bittitan_plugin.services.stock import arrivals as stock_arrivals
from bittitan_plugin.services.stock import importing as stock_import
from bittitan_plugin.services.stock import withdrawal as stock_withdrawal
from bittitan_plugin.services.stock.allocation import allocate
from bittitan_plugin.services.stock.importing import (
    ImportMode,
    ImportReport,
    Progress,
    StockFile,
    import_stock,
)
from bittitan_plugin.services.stock.withdrawal import find_unsold, undo_import, withdraw
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.browsing import Wanted
from bittitan_plugin.store.queries.stock import (
    StockFilter,
    code_list,
    free_by_expiry,
    newest_imports,
)
from bittitan_plugin.store.repositories import stock as stock_repository
from bittitan_plugin.store.repositories.stock_imports import StockImportRepository
from bittitan_plugin.store.tables import ClaimRow, StockCodeRow, StockImportRow
from tests.fakes.host import line
from tests.integration.stock.shelf import (
    MAILBOX,
    bring_in,
    code_of,
    from_stock,
    look,
    new_code,
    problems,
    row,
    templates,
    waiting,
)
from tests.tables import every
from tests.world import STAFF, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: Rows that are written in one go here.
FEW = 10


class Killed(BaseException):
    """The process is gone: nothing of it cleans up."""


@pytest.fixture
def seller(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(stock_import, "CHUNK", FEW)
    monkeypatch.setattr(stock_repository, "BATCH", FEW)
    monkeypatch.setattr(stock_withdrawal, "BATCH", FEW)
    monkeypatch.setattr(stock_allocation, "BATCH", 2)
    return from_stock(shop)


@contextmanager
def rows_changed(engine: Engine) -> Iterator[list[int]]:
    """How many rows each transaction changed that was committed meanwhile."""
    seen: list[int] = []
    under_way: dict[Connection, int] = {}

    def count(connection: Connection, cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
            changed = max(getattr(cursor, "rowcount", 0), 0)
            under_way[connection] = under_way.get(connection, 0) + changed

    def note(connection: Connection) -> None:
        seen.append(under_way.pop(connection, 0))

    event.listen(engine, "after_cursor_execute", count)
    event.listen(engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(engine, "after_cursor_execute", count)
        event.remove(engine, "commit", note)


def file_of(*rows: str) -> StockFile:
    return StockFile("codes.csv", ["\n".join(rows).encode()])


def bring(shop: Shop, file: StockFile, told: Progress) -> ImportReport:
    return import_stock(shop.tenant, STAFF, file, progress=told)


def left_behind(shop: Shop) -> tuple[int, int, int]:
    """Rows of codes, of imports and of claims that there are, whoever may see them."""
    with shop.tenant.reading() as work:
        codes, imports, claims = (
            work.session.query(table).filter_by(installation_id=shop.id).count()
            for table in (StockCodeRow, StockImportRow, ClaimRow)
        )
    return codes, imports, claims


def seen(shop: Shop) -> tuple[int, int, int, int, int]:
    """What there is to see of a stock: in lists, as sums, as imports, in the back office."""
    with shop.tenant.reading() as work:
        free = free_by_expiry(work, shop.ports.clock())
        return (
            code_list(work, StockFilter()).count(),
            code_list(work, StockFilter(state=StockState.AVAILABLE)).count(),
            sum(amount.codes for kind in free.values() for _, amount in kind),
            len(newest_imports(work, 100)),
            back_office.stock_codes(work).count(work.session, Wanted()),
        )


def killed_after(shop: Shop, monkeypatch: pytest.MonkeyPatch, *rows: str) -> None:
    """An import whose process dies once it has written some rows."""

    def die(_so_far: ImportReport) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(stock_arrivals, "drop", lambda *_args: None)
        with pytest.raises(Killed):
            bring(shop, file_of(*rows), die)


def killed_while_it_serves(shop: Shop, monkeypatch: pytest.MonkeyPatch, *rows: str) -> None:
    """An import whose process dies before the last of its transactions is committed."""

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(StockImportRepository, "keep", die)
        with pytest.raises(Killed):
            bring(shop, file_of(*rows), lambda _so_far: None)


def after_silence(shop: Shop) -> None:
    shop.world.clock.advance(seconds=IMPORT_SILENCE.total_seconds() + 1)


def test_no_transaction_of_an_import_writes_more_than_one_batch(seller: Shop) -> None:
    rows = [row(1) for _ in range(8 * FEW)]
    with rows_changed(seller.ports.store.engine) as changed:
        assert bring_in(seller, *rows).new == len(rows)
    # A code, its claim, and that the import is alive.
    assert max(changed) <= 2 * FEW + 5


def test_no_transaction_that_undoes_an_import_changes_more_than_one_batch(seller: Shop) -> None:
    made = UUID(bring_in(seller, *(row(1) for _ in range(8 * FEW))).import_id)
    with rows_changed(seller.ports.store.engine) as changed:
        done = undo_import(seller.tenant, made, "the wrong file", STAFF)
    assert (done.withdrawn, done.left) == (8 * FEW, 0)
    assert FEW <= max(changed) <= 2 * FEW + 5
    assert seen(seller)[1:3] == (0, 0)


def test_no_transaction_that_serves_who_waits_serves_more_than_one_batch(seller: Shop) -> None:
    for _ in range(12):
        seller.buy(line(quantity=1))
    most: list[int] = []
    with rows_changed(seller.ports.store.engine) as changed:
        report = import_stock(seller.tenant, STAFF, file_of(*(row(1),) * 1))
        most.append(max(changed))
    assert report.served == 1
    with rows_changed(seller.ports.store.engine) as changed:
        report = import_stock(seller.tenant, STAFF, file_of(*(row(1) for _ in range(11))))
    assert report.served == 11
    # Two orders in one go, not eleven.
    assert max(changed) <= max(3 * most[0], 2 * FEW + 5)


def test_others_write_between_the_rows_of_an_import(seller: Shop) -> None:
    sold: list[bool] = []

    def told(_so_far: ImportReport) -> None:
        sold.append(not seller.buy(line(quantity=25)).has_coupon)

    bring(seller, file_of(*(row(1) for _ in range(3 * FEW))), told)
    assert sold == [True] * 4


def test_nobody_sees_any_of_an_import_before_all_of_it(seller: Shop) -> None:
    code, looks = new_code(), list[tuple[int, ...]]()

    def told(_so_far: ImportReport) -> None:
        looks.append(seen(seller))
        with pytest.raises(Refusal) as refused:
            find_unsold(seller.tenant, code)
        assert refused.value.code is ErrorCode.NOT_FOUND

    rows = [row(1, code=code), *(row(1) for _ in range(3 * FEW - 1))]
    bring(seller, file_of(*rows), told)
    assert looks == [(0, 0, 0, 0, 0)] * 4
    assert seen(seller) == (30, 30, 30, 1, 30)


def test_none_of_its_codes_is_sold_or_withdrawn_before(seller: Shop) -> None:
    bought: list[bool] = []

    def told(_so_far: ImportReport) -> None:
        bought.append(seller.buy(line(quantity=1)).has_coupon)
        with seller.tenant.reading() as work:
            hidden = work.session.query(StockCodeRow).filter_by(installation_id=seller.id).first()
        assert hidden is not None
        for action in (
            lambda: withdraw(seller.tenant, hidden.id, "wrong", STAFF),
            lambda: undo_import(seller.tenant, hidden.import_id, "wrong", STAFF),
        ):
            with pytest.raises(Refusal) as refused:
                action()
            assert refused.value.code is ErrorCode.NOT_FOUND

    report = bring(seller, file_of(*(row(1) for _ in range(2 * FEW))), told)
    assert bought == [False] * 3
    # Then who waited is served.
    assert report.served == 3


def test_stock_is_low_until_all_of_an_import_is_there(seller: Shop) -> None:
    seller.configure(low_stock_threshold="5", user_migration_bundle_source="API")
    look(seller)
    lows: list[list[str]] = []

    def told(_so_far: ImportReport) -> None:
        look(seller)
        lows.append(problems(seller))

    bring(seller, file_of(*(row(10) for _ in range(FEW))), told)
    assert lows == [["LOW_STOCK"]] * 2
    assert problems(seller) == []


def test_an_import_that_was_killed_is_removed_by_the_next(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(1) for _ in range(3 * FEW)]
    killed_after(seller, monkeypatch, *rows)
    assert left_behind(seller) == (FEW, 1, FEW)
    after_silence(seller)
    assert bring_in(seller, *rows).new == 3 * FEW
    assert left_behind(seller) == (3 * FEW, 1, 3 * FEW)


def test_an_import_that_was_killed_is_removed_by_the_timetable(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after(seller, monkeypatch, *(row(1) for _ in range(3 * FEW)))
    look(seller)
    assert left_behind(seller) == (FEW, 1, FEW)
    after_silence(seller)
    look(seller)
    assert left_behind(seller) == (0, 0, 0)


def test_removing_what_was_killed_takes_no_long_transaction(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_import, "CHUNK", 8 * FEW)
    killed_after(seller, monkeypatch, *(row(1) for _ in range(9 * FEW)))
    after_silence(seller)
    with rows_changed(seller.ports.store.engine) as changed:
        stock_arrivals.settle(seller.tenant)
    assert left_behind(seller) == (0, 0, 0)
    assert FEW <= max(changed) <= 2 * FEW


def test_a_file_that_a_bad_row_keeps_out_leaves_no_trace(seller: Shop) -> None:
    rows = [*(row(1) for _ in range(2 * FEW)), row(0)]
    report = bring_in(seller, *rows)
    assert (report.new, report.bad, report.kept) == (2 * FEW, 1, False)
    assert left_behind(seller) == (0, 0, 0)


def test_an_import_that_fails_is_removed_at_once_by_the_next(seller: Shop) -> None:
    rows = [row(1) for _ in range(2 * FEW)]

    def broken() -> Iterator[bytes]:
        yield "\n".join([*rows, row(1), ""]).encode()
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        import_stock(seller.tenant, STAFF, StockFile("codes.csv", broken()))
    assert bring_in(seller, *rows).new == 2 * FEW
    assert left_behind(seller) == (2 * FEW, 1, 2 * FEW)


def test_one_that_was_taken_for_dead_keeps_nothing_and_is_told_so(seller: Shop) -> None:
    rows = [row(1) for _ in range(3 * FEW)]

    def slept(_so_far: ImportReport) -> None:
        after_silence(seller)
        look(seller)

    with pytest.raises(Refusal) as refused:
        bring(seller, file_of(*rows), slept)
    assert "taken for dead" in refused.value.message
    assert left_behind(seller) == (0, 0, 0)


def test_while_one_is_at_work_another_is_refused_by_its_name(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_arrivals, "PATIENCE_S", 0.0)
    killed_after(seller, monkeypatch, *(row(1) for _ in range(FEW)))
    with pytest.raises(Refusal) as refused:
        bring_in(seller, row(1), name="other.csv")
    assert (refused.value.code, refused.value.field) == (ErrorCode.UNIQUE, "file")
    assert f"codes.csv, begun by {STAFF.name}" in refused.value.message


def test_one_that_was_killed_while_it_served_is_finished_and_not_removed(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [seller.buy(line(quantity=1)) for _ in range(3)]
    killed_while_it_serves(seller, monkeypatch, *(row(1) for _ in range(5)))
    # What was sold is there to see, and nothing else of it.
    assert seen(seller)[:3] == (3, 0, 0)
    after_silence(seller)
    look(seller)
    assert [seller.asset(order.id).has_coupon for order in orders] == [True] * 3
    assert len({code_of(seller, seller.asset(order.id)) for order in orders}) == 3
    assert seen(seller)[:4] == (5, 2, 2, 1)


def test_who_comes_while_older_orders_are_served_is_not_told_that_there_is_none(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = from_stock(shop_by_hand)
    asset = shop.buy(line(quantity=25))
    killed_while_it_serves(shop, monkeypatch, row(10))
    mails = len(templates(shop))
    with pytest.raises(Unavailable):
        allocate(shop.tenant, asset.id)
    assert len(templates(shop)) == mails
    assert waiting(shop, MAILBOX) == [asset.id]


def test_a_code_that_is_sold_between_the_look_and_the_claim_is_a_bad_row(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_in(seller, row(1))
    asset, code = seller.buy(line(quantity=25)), new_code()
    with seller.tenant.writing() as work:
        claim_coupon(work, asset.id, "cpn_9", mark_of(seller.ports, work, code))
    monkeypatch.setattr(stock_import, "_there", lambda *_args: ({}, set()))
    report = bring_in(seller, row(1), row(1, code=code), mode=ImportMode.GOOD_ROWS)
    assert (report.new, report.bad, report.kept) == (1, 1, True)
    assert "cannot be sold again" in report.reasons[0].reason


@every("spelling", [str.upper, str.lower])
def test_a_code_that_is_arriving_is_not_delivered_when_the_api_gives_it(
    seller: Shop, spelling: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, given = new_code(), list[bool]()
    monkeypatch.setattr(seller.sandbox.sandbox._ledger, "_new_code", lambda: spelling(code))

    def told(_so_far: ImportReport) -> None:
        if not given:
            seller.configure(coupon_source=CouponSource.API.value)
            given.append(seller.buy(line()).has_coupon)

    bring(seller, file_of(row(1, code=code), *(row(1) for _ in range(FEW))), told)
    assert given == [False]


def test_one_that_is_long_at_codes_that_are_known_is_not_taken_for_dead(seller: Shop) -> None:
    known = [row(1) for _ in range(3 * FEW)]
    bring_in(seller, *known)

    def slow(_so_far: ImportReport) -> None:
        seller.world.clock.advance(seconds=IMPORT_SILENCE.total_seconds() - 10)
        look(seller)

    report = bring(seller, file_of(*known, row(1)), slow)
    assert (report.new, report.known, report.kept) == (1, len(known), True)


def test_one_that_is_long_at_bad_rows_is_not_taken_for_dead(seller: Shop) -> None:
    bad = [row(0) for _ in range(3 * FEW)]

    def slow(_so_far: ImportReport) -> None:
        seller.world.clock.advance(seconds=IMPORT_SILENCE.total_seconds() - 10)
        look(seller)

    file = file_of(*bad, row(1))
    report = import_stock(seller.tenant, STAFF, file, ImportMode.GOOD_ROWS, slow)
    assert (report.new, report.bad, report.kept) == (1, len(bad), True)


def test_progress_is_told_of_bad_rows_too(seller: Shop) -> None:
    told = list[int]()
    file = file_of(*(row(0) for _ in range(3 * FEW)))
    import_stock(
        seller.tenant, STAFF, file, ImportMode.GOOD_ROWS, lambda so_far: told.append(so_far.rows)
    )
    assert told == [FEW, 2 * FEW, 3 * FEW, 3 * FEW]


def test_a_file_that_is_arriving_is_not_called_sold_where_it_is_only_looked_at(
    seller: Shop,
) -> None:
    rows, looks = [row(1) for _ in range(2 * FEW)], list[ImportReport]()

    def told(_so_far: ImportReport) -> None:
        looks.append(bring_in(seller, *rows, mode=ImportMode.DRY_RUN))

    bring(seller, file_of(*rows), told)
    assert [(look.new, look.bad) for look in looks[:2]] == [(2 * FEW, 0)] * 2


def test_who_waits_loses_no_turn_by_asking_again_while_older_orders_are_served(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = seller.buy(line(quantity=1))
    seller.world.clock.advance(seconds=10)
    younger = seller.buy(line(quantity=1))

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        # After the transaction from which on it serves.
        patched.setattr(stock_arrivals, "serve_waiting", die)
        with pytest.raises(Killed):
            bring(seller, file_of(row(1)), lambda _so_far: None)
    seller.synchronize(older)
    after_silence(seller)
    look(seller)
    assert seller.asset(older.id).has_coupon
    assert not seller.asset(younger.id).has_coupon
