"""Uploads of codes as runs: cut short anywhere, one begins anew or tells what it imported."""

from uuid import UUID

import pytest

from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services import runs
from bittitan_plugin.services.stock import arrivals as stock_arrivals
from bittitan_plugin.services.stock import import_runs
from bittitan_plugin.services.stock import importing as stock_import
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.stock.withdrawal import undo_import
from bittitan_plugin.store.repositories.stock_imports import StockImportRepository
from tests.integration.stock.shelf import from_stock, row
from tests.integration.stock.test_short_transactions import FEW, Killed, left_behind
from tests.world import STAFF, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def handed_in(shop: Shop, *rows: str, mode: ImportMode = ImportMode.ALL_OR_NONE) -> Run:
    actor = Actor(ActorKind.STAFF, "staff@example.com")
    content = "\n".join(["code,product type,licences,expires on", *rows, "", ""]).encode()
    return import_runs.start_stock_import(shop.ports, shop.id, actor, "codes.csv", content, mode)


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
            import_runs.run_stock_import(shop.ports, shop.id, run.id, ImportMode.ALL_OR_NONE, die)
    monkeypatch.setattr(stock_arrivals, "PATIENCE_S", 0.0)
    shop.settle()
    assert left_behind(shop) == (2 * FEW, 1, 2 * FEW)
    assert runs.get(shop.ports, shop.id, run.id).report["new"] == 2 * FEW


def test_a_finished_import_shows_all_its_rows_as_done(shop_by_hand: Shop) -> None:
    shop = from_stock(shop_by_hand)
    run = handed_in(shop, *(row(1) for _ in range(FEW)))
    shop.settle()
    ended = runs.get(shop.ports, shop.id, run.id)
    assert (ended.done, ended.total) == (FEW, FEW)


def test_get_services_definition_shows_all_its_rows_as_done(shop_by_hand: Shop) -> None:
    import_runs.start_services_definition(shop_by_hand.ports, shop_by_hand.id, STAFF)
    shop_by_hand.settle()
    ended = runs.latest(shop_by_hand.ports, shop_by_hand.id, RunKind.SERVICES_DEFINITION)
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
            import_runs.run_stock_import(
                shop.ports, shop.id, run.id, ImportMode.GOOD_ROWS, lambda: None
            )
    shop.settle()
    ended = runs.get(shop.ports, shop.id, run.id)
    (why,) = ended.report["reasons"]
    assert why.startswith(f"Line {FEW + 2}: ")
    assert (ended.report["new"], ended.report["known"], ended.report["kept"]) == (FEW, 0, True)
    assert left_behind(shop) == (FEW, 1, FEW)
    made = UUID(ended.report["import_id"])
    assert undo_import(shop.ports, shop.id, made, "the wrong file", STAFF).withdrawn == FEW
