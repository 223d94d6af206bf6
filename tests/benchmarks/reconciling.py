"""Reconciling 100,000 assets with as many orders and coupons, beside reading the assets once."""

import resource
from pathlib import Path
from time import perf_counter

from sqlalchemy import select

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.domain.runs import RunKind
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services import runs
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.store.mapping import to_asset
from bittitan_plugin.store.tables import AssetRow
from tests.benchmarks.measuring import Figure
from tests.fakes.synthetic_ledgers import Books

ASSETS = 100_000
_MIB_IN_KIB = 1024


def reconciling(kind: str, url: str, directory: Path) -> list[Figure]:
    """One run in report mode, and by how much the process grew meanwhile."""
    settings = Settings(
        database_url=url,
        var_dir=directory,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
    )
    books = Books(assets=ASSETS, missed=100)
    application = build(settings, vendors=lambda _cipher: books)  # type: ignore[arg-type, return-value]
    application.migrate()
    tenant = Tenant(application.ports, books.fill(application))
    floor = _read_all(application)
    run = runs.begin(tenant, RunKind.RECONCILIATION, "bench")
    before, started = _peak(), perf_counter()
    done = reconciliation.run_now(tenant, run.id, apply=False, max_changes=0)
    seconds = perf_counter() - started
    grown = (_peak() - before) / _MIB_IN_KIB
    application.close()
    if done.report["found"] != {"MISSED_ORDER": 100, "COUPON_REDEEMED": ASSETS // 1000}:
        raise RuntimeError(f"found {done.report['found']}")
    return [
        Figure(
            name=f"reconcile 100,000 assets: {ASSETS / seconds:,.0f}/s, +{grown:.1f} MiB ({kind})",
            seconds=seconds,
            floor_name="reading the assets once, 100 at a time",
            floor_seconds=floor,
        )
    ]


def _read_all(application: Application) -> float:
    """Seconds to read every asset by its id; nothing is compared or written."""
    started, last = perf_counter(), None
    while True:
        query = select(AssetRow).order_by(AssetRow.id).limit(100)
        with application.ports.store.looking_up() as installations:
            further = query if last is None else query.where(AssetRow.id > last)
            rows = installations._session.scalars(further).all()
            assets = [to_asset(row) for row in rows]
        if not assets:
            return perf_counter() - started
        last = assets[-1].id


def _peak() -> float:
    """The most memory this process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
