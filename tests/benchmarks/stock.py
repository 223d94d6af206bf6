"""Importing 100,000 codes beside a bare insert of the rows; drawing from stocks of two sizes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.stock.allocation import allocate
from bittitan_plugin.services.stock.importing import StockFile, import_stock
from bittitan_plugin.store.engine import writing_engine
from bittitan_plugin.store.tables import StockCodeRow, StockImportRow
from tests.benchmarks.measuring import Figure
from tests.fakes.values import account, new_asset, product

CODES, LARGE, SMALL = 100_000, 1_000_000, 1_000
#: The promises: times the bare insert, times the allocation from a small stock.
IMPORT_LIMIT, DRAW_LIMIT = 3.0, 1.5
#: Orders drawn from each stock, in turns.
DRAWS = 60
_ACTOR = Actor(ActorKind.STAFF, "bench")

Row = dict[str, Any]


def stocking(kind: str, url: str, directory: Path) -> list[Figure]:
    """Both figures on one database."""
    settings = Settings(
        database_url=url,
        var_dir=directory,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
    )
    application = build(settings)
    application.migrate()
    try:
        return [_importing(application, kind), _drawing(application, kind)]
    finally:
        application.close()


def _importing(application: Application, kind: str) -> Figure:
    ours, other = _installation(application), _installation(application)
    file = StockFile("bench.csv", _file(CODES))
    taken = _seconds(lambda: import_stock(Tenant(application.ports, ours), _ACTOR, file))
    rows = _rows(application, ours, other)
    floor = _seconds(lambda: _insert(application, rows))
    return Figure(
        name=f"import {CODES:,} codes: {CODES / taken:,.0f} rows/s ({kind})",
        seconds=taken,
        floor_name=f"bare bulk insert: {CODES / floor:,.0f} rows/s",
        floor_seconds=floor,
        limit=IMPORT_LIMIT * floor,
    )


def _drawing(application: Application, kind: str) -> Figure:
    small, large = _installation(application), _installation(application)
    import_stock(Tenant(application.ports, small), _ACTOR, StockFile("small.csv", _file(SMALL)))
    import_stock(Tenant(application.ports, large), _ACTOR, StockFile("large.csv", _file(SMALL)))
    _fill(application, large, LARGE - SMALL)
    orders = [_orders(application, small), _orders(application, large)]
    times: list[list[float]] = [[], []]
    for pair in zip(*orders, strict=True):
        for which, (installation, asset_id) in enumerate(pair):
            started = perf_counter()
            allocate(Tenant(application.ports, installation), asset_id)
            times[which].append(perf_counter() - started)
    floor = median(times[0])
    return Figure(
        name=f"draw one order from {LARGE:,} codes ({kind})",
        seconds=median(times[1]),
        floor_name=f"from {SMALL:,} codes",
        floor_seconds=floor,
        limit=DRAW_LIMIT * floor,
    )


def _installation(application: Application) -> UUID:
    settings = {"coupon_source": "STOCK", "low_stock_threshold": "100"}
    key = f"bench-{uuid4().hex[:8]}"
    return configure(application.ports, key, settings, active=True).id


def _file(rows: int) -> Iterator[bytes]:
    batch = uuid4().hex[:6].upper()
    for n in range(rows):
        day = f"2035-{1 + n % 12:02d}-{1 + n % 28:02d}"
        yield f"{batch}-{n:09d},MAILBOX_LICENSE,{1 + n % 50},{day},365,9.50 USD,bench\n".encode()


def _rows(application: Application, ours: UUID, other: UUID) -> list[Row]:
    """The rows that were imported once more, for another installation."""
    with Session(application.engine) as session:
        found = session.execute(
            select(StockCodeRow.__table__).where(StockCodeRow.installation_id == ours)
        )
        rows = [dict(row._mapping) for row in found]
    import_id = _import_of(application, other)
    return [
        {**row, "id": uuid4(), "installation_id": other, "import_id": import_id} for row in rows
    ]


def _import_of(application: Application, installation: UUID) -> UUID:
    made = uuid4()
    values = {"source": "bench", "imported_by": "bench", "added": 0, "known": 0, "bad": 0}
    with Session(writing_engine(application.engine)) as session, session.begin():
        session.execute(
            insert(StockImportRow).values(
                id=made,
                installation_id=installation,
                imported_at=application.ports.clock(),
                **values,
            )
        )
    return made


def _fill(application: Application, installation: UUID, count: int) -> None:
    """Copies of one code under fingerprints of their own, so that the stock is large."""
    (row,) = _rows(application, installation, installation)[:1]
    for start in range(0, count, 50_000):
        rows = [
            {**row, "id": uuid4(), "fingerprint": f"{start + n:064d}", "licenses": 1 + n % 50}
            for n in range(min(50_000, count - start))
        ]
        _insert(application, rows)
    with application.ports.store.writing(installation) as work:
        work.stock.measure()  # as an import does


def _insert(application: Application, rows: list[Row]) -> None:
    with Session(writing_engine(application.engine)) as session, session.begin():
        session.execute(insert(StockCodeRow.__table__), rows)  # type: ignore[arg-type]


def _orders(application: Application, installation: UUID) -> list[tuple[UUID, UUID]]:
    ports = application.ports
    buyer, sold = account(), product()
    with ports.store.writing(installation) as work:
        work.accounts.add(buyer)
        work.products.add(sold)
        assets = [
            work.assets.add(
                new_asset(
                    account_id=buyer.id,
                    product_id=sold.id,
                    quantity=1 + n % 50,
                    coupon_source=CouponSource.STOCK,
                ),
                _ACTOR,
                ports.clock(),
            )
            for n in range(DRAWS)
        ]
    return [(installation, asset.id) for asset in assets]


def _seconds(action: Callable[[], object]) -> float:
    started = perf_counter()
    action()
    return perf_counter() - started
