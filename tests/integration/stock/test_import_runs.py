"""Uploads of codes as runs: cut short anywhere, one begins anew or tells what it imported."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console

from bittitan_plugin.cli.stock import import_file
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.runs import Run, RunKind, RunState
from bittitan_plugin.services import runs
from bittitan_plugin.services.stock import arrivals as stock_arrivals
from bittitan_plugin.services.stock import import_runs
from bittitan_plugin.services.stock import importing as stock_import
from bittitan_plugin.services.stock.importing import ImportMode, ImportReport, StockFile
from bittitan_plugin.services.stock.withdrawal import undo_import
from bittitan_plugin.store.repositories.stock_imports import StockImportRepository
from tests.integration.stock.desk import Desk
from tests.integration.stock.shelf import from_stock, row
from tests.integration.stock.test_short_transactions import FEW, Killed, left_behind
from tests.world import STAFF, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def handed_in(shop: Shop, *rows: str, mode: ImportMode = ImportMode.ALL_OR_NONE) -> Run:
    actor = Actor(ActorKind.STAFF, "staff@example.com")
    content = "\n".join(["code,product type,licences,expires on", *rows, "", ""]).encode()
    return import_runs.start_stock_import(shop.tenant, actor, "codes.csv", content, mode)


def test_a_run_that_begins_anew_drops_at_once_what_it_left_behind(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = from_stock(shop_by_hand)
    monkeypatch.setattr(stock_import, "CHUNK", FEW)
    rows = [row(1) for _ in range(2 * FEW)]
    run = handed_in(shop, *rows)

    def die() -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(stock_arrivals, "drop", lambda *_args: None)
        with pytest.raises(Killed):
            import_runs.run_stock_import(shop.tenant, run.id, ImportMode.ALL_OR_NONE, die)
    monkeypatch.setattr(stock_arrivals, "PATIENCE_S", 0.0)
    shop.settle()
    assert left_behind(shop) == (2 * FEW, 1, 2 * FEW)
    assert runs.get(shop.tenant, run.id).report["new"] == 2 * FEW


def test_a_finished_import_shows_all_its_rows_as_done(shop_by_hand: Shop) -> None:
    shop = from_stock(shop_by_hand)
    run = handed_in(shop, *(row(1) for _ in range(FEW)))
    shop.settle()
    ended = runs.get(shop.tenant, run.id)
    assert (ended.done, ended.total) == (FEW, FEW)


def test_get_services_definition_shows_all_its_rows_as_done(shop_by_hand: Shop) -> None:
    import_runs.start_services_definition(shop_by_hand.tenant, STAFF)
    shop_by_hand.settle()
    ended = runs.latest(shop_by_hand.tenant, RunKind.SERVICES_DEFINITION)
    assert ended is not None
    assert (
        ended.done
        == ended.total
        == sum(ended.report[what] for what in ("created", "updated", "unchanged", "skipped"))
    )


def test_a_run_that_was_cut_short_after_all_was_written_tells_what_it_imported(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = from_stock(shop_by_hand)
    rows = [*(row(1) for _ in range(FEW)), row(0)]
    run = handed_in(shop, *rows, mode=ImportMode.GOOD_ROWS)

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(StockImportRepository, "keep", die)
        with pytest.raises(Killed):
            import_runs.run_stock_import(shop.tenant, run.id, ImportMode.GOOD_ROWS, lambda: None)
    shop.settle()
    ended = runs.get(shop.tenant, run.id)
    (why,) = ended.report["reasons"]
    assert why.startswith(f"Line {FEW + 2}: ")
    assert (ended.report["new"], ended.report["known"], ended.report["kept"]) == (FEW, 0, True)
    assert left_behind(shop) == (FEW, 1, FEW)
    made = UUID(ended.report["import_id"])
    assert undo_import(shop.tenant, made, "the wrong file", STAFF).withdrawn == FEW


def run_of(shop: Shop) -> Run:
    run = runs.latest(shop.tenant, RunKind.STOCK_IMPORT)
    assert run is not None
    return run


def import_rows(shop: Shop, *rows: str, mode: ImportMode = ImportMode.ALL_OR_NONE) -> ImportReport:
    file = StockFile("codes.csv", ["\n".join(rows).encode()])
    return import_runs.import_here(shop.tenant, STAFF, file, mode)


def test_an_import_by_command_is_a_run_that_all_can_see(shop_by_hand: Shop, tmp_path: Path) -> None:
    shop, file = from_stock(shop_by_hand), tmp_path / "codes.csv"
    file.write_text("\n".join([row(10), row(0), row(15)]))
    console = Console(file=StringIO())
    assert import_file(shop.ports, shop.key, file, ImportMode.GOOD_ROWS, console=console) == 1
    run = run_of(shop)
    assert (run.state, run.started_by, run.done) == (RunState.FINISHED, "command line", 3)
    assert (run.report["file"], run.report["new"], run.report["bad"]) == ("codes.csv", 2, 1)
    assert run.report["reasons"][0].startswith("Line 2: ")


def test_an_import_through_graphql_is_a_run_that_all_can_see(shop_by_hand: Shop) -> None:
    desk = Desk(from_stock(shop_by_hand))
    desk.do("stock/import.graphql", input={"file": row(25), "name": "spring.csv"})
    run = run_of(desk.shop)
    assert (run.state, run.report["file"], run.report["new"]) == (
        RunState.FINISHED,
        "spring.csv",
        1,
    )


def test_a_dry_run_is_no_run_and_waits_for_nobody(shop_by_hand: Shop) -> None:
    shop = from_stock(shop_by_hand)
    before = handed_in(shop, row(1))
    assert import_rows(shop, row(1), mode=ImportMode.DRY_RUN).new == 1
    assert run_of(shop).id == before.id


def test_while_an_upload_waits_for_a_worker_an_import_is_refused_by_its_name(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_arrivals, "PATIENCE_S", 0.0)
    shop = from_stock(shop_by_hand)
    upload = handed_in(shop, row(1))
    shop.world.clock.advance(minutes=5)
    with pytest.raises(Refusal) as refused:
        import_rows(shop, row(1))
    assert (refused.value.code, refused.value.field) == (ErrorCode.UNIQUE, "file")
    assert "begun by staff@example.com" in refused.value.message
    shop.settle()
    assert runs.get(shop.tenant, upload.id).state is RunState.FINISHED


def test_an_import_whose_process_was_killed_stops_the_next_for_two_minutes_at_most(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_arrivals, "PATIENCE_S", 0.0)
    shop = from_stock(shop_by_hand)
    killed = runs.begin(shop.tenant, RunKind.STOCK_IMPORT, "command line")
    with pytest.raises(Refusal, match="begun by command line"):
        import_rows(shop, row(1))
    shop.world.clock.advance(minutes=2)
    assert import_rows(shop, row(1)).new == 1
    assert runs.get(shop.tenant, killed.id).state is RunState.STOPPED


def test_an_upload_is_taken_two_minutes_after_an_import_was_killed(shop_by_hand: Shop) -> None:
    shop = from_stock(shop_by_hand)
    runs.begin(shop.tenant, RunKind.STOCK_IMPORT, "command line")
    shop.world.clock.advance(minutes=2)
    upload = handed_in(shop, row(1))
    shop.settle()
    assert runs.get(shop.tenant, upload.id).report["new"] == 1


@pytest.mark.parametrize(
    ("cause", "state", "said"),
    [
        (KeyboardInterrupt, RunState.STOPPED, "Stopped at the command line."),
        (OSError, RunState.FAILED, "OSError"),
    ],
    ids=["interrupted", "broken off"],
)
def test_what_cuts_an_import_short_ends_its_run_and_keeps_nothing(
    shop_by_hand: Shop, cause: type[BaseException], state: RunState, said: str
) -> None:
    shop = from_stock(shop_by_hand)

    def pieces() -> Iterator[bytes]:
        yield f"{row(1)}\n".encode()
        raise cause

    with pytest.raises(cause):
        import_runs.import_here(shop.tenant, STAFF, StockFile("codes.csv", pieces()))
    assert (run_of(shop).state, run_of(shop).error) == (state, said)
    assert import_rows(shop, row(1)).new == 1


def test_a_file_that_is_none_ends_its_run_with_the_reason(shop_by_hand: Shop) -> None:
    shop = from_stock(shop_by_hand)
    with pytest.raises(Refusal) as refused:
        import_rows(shop, " ")
    assert (run_of(shop).state, run_of(shop).error) == (RunState.FAILED, refused.value.message)
