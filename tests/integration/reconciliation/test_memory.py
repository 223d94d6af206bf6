"""However many assets there are, a reconciliation holds no more of them at a time."""

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from bittitan_plugin.bootstrap import build
from bittitan_plugin.cipher import generate_key
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.domain.reconciliation import Report
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services import reconciliation, runs
from bittitan_plugin.settings import LogFormat, Settings
from tests.conftest import Databases
from tests.fakes.books import Books

#: Of each page there are up to two generations alive, and both sides of the comparison.
MOST_ALIVE = 1000


def reconciled(
    books: Books, url: str, directory: Path, tell: Callable[[Report], None] = lambda _report: None
) -> Run:
    """The run over these books, in a database of their own."""
    settings = Settings(
        database_url=url,
        var_dir=directory,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
    )
    application = build(settings, vendors=lambda _cipher: books)  # type: ignore[arg-type, return-value]
    installation_id = books.fill(application)
    run = runs.begin(application.ports, installation_id, RunKind.RECONCILIATION, "test")
    gc.collect()
    tracemalloc.reset_peak()
    done = reconciliation.run_now(
        application.ports, installation_id, run.id, apply=False, max_changes=0, tell=tell
    )
    application.close()
    return done


def records_alive() -> int:
    """How many of the records that a reconciliation compares this process holds."""
    return sum(isinstance(each, Asset | Coupon | Order) for each in gc.get_objects())


def test_no_more_than_a_few_pages_are_alive_at_a_time(databases: Databases, tmp_path: Path) -> None:
    alive: list[int] = []
    gc.collect()
    # What tests before this one left in the process is not the run's.
    before = records_alive()

    def count(report: Report) -> None:
        if report.done % 500 == 0:
            alive.append(records_alive() - before)

    books = Books(assets=2000, missed=50)
    done = reconciled(books, databases.fresh("sqlite", tmp_path), tmp_path, count)
    assert done.report["found"] == {"MISSED_ORDER": 50, "COUPON_REDEEMED": 2}
    assert (done.done, books.looked_up) == (2 * 2000 + 50, 2)
    assert 0 < max(alive) < MOST_ALIVE


def test_three_times_the_assets_take_no_more_memory(databases: Databases, tmp_path: Path) -> None:
    peaks = []
    tracemalloc.start()
    # The first run also fills caches that stay.
    for assets in (400, 400, 1200):
        reconciled(Books(assets=assets), databases.fresh("sqlite", tmp_path), tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    # Threads of other tests' engines allocate meanwhile; without pages it would be tripled.
    assert peaks[2] < peaks[1] * 1.6
