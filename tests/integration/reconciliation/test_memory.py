"""However many assets there are, a reconciliation holds no more of them at a time."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.domain.reconciliation import Report
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.services import runs
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.reconciling import coupons as reconciliation_coupons
from bittitan_plugin.services.reconciling import reconciliation
from tests.conftest import Databases
from tests.fakes.synthetic_ledgers import Books

#: Rows that are read at a time. In production they are more; a few prove the same.
PAGE = 10
#: Who reads them.
PAGED = (coupon_status, reconciliation_coupons)
#: Of each page there are up to two generations alive, and both sides of the comparison.
MOST_ALIVE = 4 * PAGE


class Holding:
    """What the process holds beyond what it held when this was made, looked at after each page."""

    def __init__(self) -> None:
        #: The most objects there ever were of each type.
        self.most: Counter[type] = Counter()
        gc.collect()
        # What is frozen the collector neither looks at nor lists.
        gc.freeze()

    def look(self, _report: Report) -> None:
        """Called while it is being reconciled."""
        self.most |= Counter(map(type, gc.get_objects()))

    def records(self) -> int:
        """The most there ever were of what a reconciliation compares."""
        return sum(self.most[kind] for kind in (Asset, Coupon, Order))


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in PAGED:
        monkeypatch.setattr(module, "PAGE", PAGE)
    yield
    gc.unfreeze()


def reconciled(books: Books, url: str, directory: Path) -> tuple[Run, Holding]:
    """The run over these books, in a database of their own, and what it held."""
    settings = Settings(
        database_url=url,
        var_dir=directory,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
    )
    application = build(settings, vendors=lambda _cipher: books)  # type: ignore[arg-type, return-value]
    tenant = Tenant(application.ports, books.fill(application))
    run = runs.begin(tenant, RunKind.RECONCILIATION, "test")
    holding = Holding()
    done = reconciliation.run_now(tenant, run.id, apply=False, max_changes=0, tell=holding.look)
    application.close()
    return done, holding


def test_no_more_than_a_few_pages_are_alive_at_a_time(databases: Databases, tmp_path: Path) -> None:
    books = Books(assets=200, missed=50, redeemed_each=100, page=PAGE)
    done, holding = reconciled(books, databases.fresh("sqlite", tmp_path), tmp_path)
    assert done.report["found"] == {"MISSED_ORDER": 50, "COUPON_REDEEMED": 2}
    assert (done.done, books.looked_up) == (2 * 200 + 50, 2)
    assert 0 < holding.records() < MOST_ALIVE


def held(sizes: Sequence[int], urls: Sequence[str], directory: Path) -> list[Counter[str]]:
    """The most objects of each kind, by its name, for books of so many assets one after another.

    For a process of its own: in one with other tests' engines their objects would be counted too.
    """
    for module in PAGED:
        module.PAGE = PAGE  # type: ignore[attr-defined]
    found = []
    for size, url in zip(sizes, urls, strict=True):
        _, holding = reconciled(Books(assets=size, page=PAGE), url, directory)
        named = Counter[str]()
        for kind, most in holding.most.items():
            named[f"{kind.__module__}.{kind.__qualname__}"] += most
        found.append(named)
    return found


def test_five_times_the_assets_take_no_more_memory(databases: Databases, tmp_path: Path) -> None:
    # The first run also fills caches that stay.
    sizes = (100, 100, 500)
    urls = [databases.fresh("sqlite", tmp_path) for _ in sizes]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        _, fewer, more = alone.submit(held, sizes, urls, tmp_path).result()
    ours = [kind for kind in more if kind.startswith("bittitan_plugin.")]
    grown = {kind: more[kind] - fewer[kind] for kind in ours}
    assert more["bittitan_plugin.domain.assets.Asset"] > 0
    assert {name: by for name, by in grown.items() if by > PAGE} == {}
    assert more.total() < fewer.total() * 1.5
