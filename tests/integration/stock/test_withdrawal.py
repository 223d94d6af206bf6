"""A wrongly imported code is withdrawn, an import undone, as far as nobody has bought them."""

from io import StringIO
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from bittitan_plugin.cli.stock import undo, withdraw_code
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.services.stock.withdrawal import undo_import, withdraw
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.queries.stock import StockFilter, code_list
from tests.fakes.host import line
from tests.integration.stock.shelf import (
    bring_in,
    days_on,
    from_stock,
    look,
    new_code,
    problems,
    row,
)
from tests.tables import every
from tests.world import STAFF, Shop


@pytest.fixture
def seller(shop_by_hand: Shop) -> Shop:
    return from_stock(shop_by_hand)


def stock(shop: Shop, state: StockState | None = None) -> list[StockCode]:
    with shop.tenant.reading() as work:
        page = code_list(work, StockFilter(state=state)).page(Window(size=100))
    return [entry.item for entry in page.entries]


def refused(shop: Shop, code_id: UUID, reason: str = "wrong") -> Refusal:
    with pytest.raises(Refusal) as refusal:
        withdraw(shop.tenant, code_id, reason, STAFF)
    return refusal.value


def test_a_withdrawn_code_is_not_sold_and_says_who_withdrew_it_and_why(seller: Shop) -> None:
    bring_in(seller, row(25))
    (code,) = stock(seller)
    withdraw(seller.tenant, code.id, " 25 licences, not 50 ", STAFF)
    assert not seller.buy(line(quantity=25)).has_coupon
    (gone,) = stock(seller)
    assert (gone.state, gone.withdrawn_by) == (StockState.WITHDRAWN, STAFF.name)
    assert (gone.withdrawn_reason, gone.settled_at) == (
        "25 licences, not 50",
        seller.world.clock.now,
    )


def test_a_corrected_row_can_then_be_imported_and_is_sold(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(50, code=code))
    withdraw(seller.tenant, stock(seller)[0].id, "25, not 50", STAFF)
    assert bring_in(seller, row(25, code=code)).new == 1
    assert seller.buy(line(quantity=25)).has_coupon


def test_corrected_twice_it_can_be_imported_a_third_time(seller: Shop) -> None:
    code = new_code()
    for licenses in (50, 40, 25):
        assert bring_in(seller, row(licenses, code=code)).new == 1
        (free,) = stock(seller, StockState.AVAILABLE)
        withdraw(seller.tenant, free.id, "wrong", STAFF)


def test_a_code_that_expired_unsold_under_a_wrong_date_can_be_corrected(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code, expires=days_on(seller, 2)))
    seller.world.clock.advance(days=5)
    look(seller)
    (expired,) = stock(seller, StockState.EXPIRED)
    withdraw(seller.tenant, expired.id, "2028, not 2026", STAFF)
    assert bring_in(seller, row(25, code=code)).new == 1


def test_a_code_that_was_sold_is_not_withdrawn(seller: Shop) -> None:
    bring_in(seller, row(25))
    asset = seller.buy(line(quantity=25))
    refusal = refused(seller, stock(seller)[0].id)
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID, "id")
    assert "belongs to an order" in refusal.message
    assert seller.asset(asset.id).has_coupon


def test_a_code_is_withdrawn_once(seller: Shop) -> None:
    bring_in(seller, row(25))
    (code,) = stock(seller)
    withdraw(seller.tenant, code.id, "wrong", STAFF)
    assert "withdrawn already" in refused(seller, code.id).message


@every("reason", ["", "  ", "x" * 256])
def test_without_a_reason_nothing_is_withdrawn(seller: Shop, reason: str) -> None:
    bring_in(seller, row(25))
    assert refused(seller, stock(seller, StockState.AVAILABLE)[0].id, reason).field == "reason"


def test_what_is_not_there_is_not_withdrawn(seller: Shop) -> None:
    assert refused(seller, uuid4()).code is ErrorCode.NOT_FOUND


def test_withdrawing_tells_that_stock_runs_low(seller: Shop) -> None:
    seller.configure(low_stock_threshold="10")
    bring_in(seller, row(25))
    withdraw(seller.tenant, stock(seller)[0].id, "wrong", STAFF)
    assert problems(seller) == ["LOW_STOCK"]


def test_an_import_is_undone_as_far_as_it_is_unsold(seller: Shop) -> None:
    bring_in(seller, row(7))
    report = bring_in(seller, row(25), row(10), row(10))
    asset = seller.buy(line(quantity=25))
    assert report.import_id is not None
    done = undo_import(seller.tenant, UUID(report.import_id), "wrong file", STAFF)
    assert (done.source, done.withdrawn, done.left) == ("codes.csv", 2, 1)
    assert [code.licenses for code in stock(seller, StockState.AVAILABLE)] == [7]
    assert seller.asset(asset.id).has_coupon


def test_only_asked_what_it_would_do_it_does_nothing(seller: Shop) -> None:
    made = UUID(bring_in(seller, row(25)).import_id)
    would = undo_import(seller.tenant, made, "", STAFF, check_only=True)
    assert (would.withdrawn, len(stock(seller, StockState.AVAILABLE))) == (1, 1)


def test_the_same_file_can_be_imported_after_it_was_undone(seller: Shop) -> None:
    rows = [row(5) for _ in range(3)]
    made = UUID(bring_in(seller, *rows).import_id)
    undo_import(seller.tenant, made, "too early", STAFF)
    assert bring_in(seller, *rows).new == 3


def said(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), soft_wrap=True, highlight=False)


@every("sure, status, left", [(False, 1, 1), (True, 0, 0)])
def test_the_command_asks_before_it_takes_an_import_back(
    seller: Shop, sure: bool, status: int, left: int
) -> None:
    asked: list[str] = []
    made = str(bring_in(seller, row(5)).import_id)

    def answer(question: str) -> bool:
        asked.append(question)
        return sure

    where = Console(file=StringIO(), soft_wrap=True, highlight=False)
    got = undo(seller.ports, seller.key, made, "wrong", sure=answer, console=where)
    assert (got, "1 unsold code" in asked[0]) == (status, True)
    kept = [code for code in stock(seller, StockState.AVAILABLE) if str(code.import_id) == made]
    assert len(kept) == left


def test_the_command_withdraws_a_code_and_shows_it_masked(seller: Shop, console: Console) -> None:
    code = new_code()
    bring_in(seller, row(5, code=code))
    (held,) = stock(seller)
    assert withdraw_code(seller.ports, seller.key, str(held.id), "wrong", console=console) == 0
    assert code not in said(console)
    assert code[-4:] in said(console)


@every("code", ["no id", str(uuid4())])
def test_the_command_says_why_it_refuses(seller: Shop, console: Console, code: str) -> None:
    assert withdraw_code(seller.ports, seller.key, code, "wrong", console=console) == 1
    assert "no" in said(console)
