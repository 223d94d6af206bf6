"""Many processes draw the same orders from one stock, and are killed while they do.

The long form, as the promise has it, on a PostgreSQL server of its own:

    python -m tests.integration.stock.drawing --orders 5000 --processes 16 --kills 30

and in one process on SQLite:

    python -m tests.integration.stock.drawing --sqlite --orders 5000 --processes 1 --kills 5
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.domain.coupons import CouponSource, Sealed
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.stock.allocation import allocate
from bittitan_plugin.services.stock.importing import StockFile, import_stock
from bittitan_plugin.store.mapping import asset_values
from bittitan_plugin.store.tables import AssetRow, HistoryRow, StockCodeRow
from tests import postgres
from tests.fakes.values import account, new_asset, product

ROOT = Path(__file__).parents[3]
Process = subprocess.Popen[bytes]

CLERK = Actor(ActorKind.STAFF, "proof")


@dataclass(frozen=True)
class Outcome:
    """What must hold afterwards."""

    served: int
    #: Codes that belong to an asset, and assets that hold one or more.
    taken: int
    holders: int
    #: Codes that were delivered, each counted once.
    delivered: int
    #: Times a coupon was written on an asset, by the histories.
    written: int
    killed: int


def open_shop(url: str, key: str) -> Application:
    """The plugin on that database, without a worker."""
    directory = tempfile.mkdtemp(prefix="drawing-")
    return build(
        Settings(
            database_url=url,
            var_dir=Path(directory),
            secret_keys=(key,),
            log_format=LogFormat.QUIET,
        )
    )


def prepare(shop: Application, orders: int) -> UUID:
    """An installation with so many orders that wait to be served, and as many codes."""
    ports = shop.ports
    settings = {"coupon_source": "STOCK"}
    installation = configure(ports, f"proof-{uuid4().hex[:8]}", settings, active=True)
    buyer, sold = account(), product()
    with ports.store.writing(installation.id) as work:
        work.accounts.add(buyer)
        work.products.add(sold)
        assets = [
            new_asset(
                account_id=buyer.id,
                product_id=sold.id,
                quantity=1,
                coupon_source=CouponSource.STOCK,
            )
            for _ in range(orders)
        ]
        rows = [{"installation_id": installation.id, **asset_values(each)} for each in assets]
        work.session.execute(insert(AssetRow), rows)
    lines = (f"PROOF-{n:08d},MAILBOX_LICENSE,1,2035-01-01\n".encode() for n in range(orders))
    import_stock(Tenant(ports, installation.id), CLERK, StockFile("proof.csv", lines))
    return installation.id


def draw(url: str, key: str, installation: UUID, seed: int) -> None:
    """What one process does: serve every order, in an order of its own."""
    shop = open_shop(url, key)
    with shop.ports.store.reading(installation) as work:
        ids = list(
            work.session.scalars(
                select(AssetRow.id).where(AssetRow.installation_id == installation)
            )
        )
    random.Random(seed).shuffle(ids)
    for asset_id in ids:
        allocate(Tenant(shop.ports, installation), asset_id)
    shop.close()


def prove(url: str, *, orders: int, processes: int, kills: int) -> Outcome:
    """Serve the orders by so many processes at once, of which so many are killed."""
    key = generate_key()
    shop = open_shop(url, key)
    installation = prepare(shop, orders)

    def start(seed: int) -> Process:
        command = [sys.executable, "-m", __spec__.name if __spec__ else __name__]
        given = ["--draw", str(installation), "--seed", str(seed)]
        environment = {**os.environ, "DRAW_URL": url, "DRAW_KEY": key}
        return subprocess.Popen([*command, *given], cwd=ROOT, env=environment)

    running = {seed: start(seed) for seed in range(processes)}
    try:
        killed = _hunt(running, start, lambda: _served(shop, installation) / orders, kills)
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    outcome = _outcome(shop, installation, killed)
    shop.close()
    return outcome


def _hunt(
    running: dict[int, Process],
    start: Callable[[int], Process],
    progress: Callable[[], float],
    kills: int,
) -> int:
    """Let them work until all have ended; kill some on the way, who are started again."""
    killed, chance = 0, random.Random(kills)
    while running:
        sleep(0.05)
        for seed, process in list(running.items()):
            ended = process.poll()
            if ended is None:
                continue
            del running[seed]
            if ended == -signal.SIGKILL:
                running[seed] = start(seed)
            elif ended != 0:
                raise RuntimeError(f"process {seed} ended with {ended}")
        if running and killed < kills and progress() > killed / (kills + 1):
            chance.choice([*running.values()]).kill()
            killed += 1
    return killed


def expected(orders: int, killed: int) -> Outcome:
    """Each order has one code and each code one order."""
    return Outcome(
        served=orders, taken=orders, holders=orders, delivered=orders, written=orders, killed=killed
    )


def _served(shop: Application, installation: UUID) -> int:
    with shop.ports.store.reading(installation) as work:
        count = select(func.count(StockCodeRow.id)).where(
            StockCodeRow.installation_id == installation, StockCodeRow.asset_id.is_not(None)
        )
        return work.session.scalar(count) or 0


def _outcome(shop: Application, installation: UUID, killed: int) -> Outcome:
    with shop.ports.store.reading(installation) as work:
        assets = work.session.execute(
            select(AssetRow.id, AssetRow.coupon_code).where(
                AssetRow.installation_id == installation, AssetRow.coupon_code.is_not(None)
            )
        ).all()
        owners: Sequence[UUID] = work.session.scalars(
            select(StockCodeRow.asset_id).where(
                StockCodeRow.installation_id == installation, StockCodeRow.asset_id.is_not(None)
            )
        ).all()  # type: ignore[assignment]
        written = work.session.scalar(
            select(func.count(HistoryRow.id)).where(
                HistoryRow.installation_id == installation, HistoryRow.field == "coupon"
            )
        )
    codes = {shop.ports.cipher.open(Sealed(sealed or "")) for _, sealed in assets}
    return Outcome(
        served=len(assets),
        taken=len(owners),
        holders=len(set(owners)),
        delivered=len(codes),
        written=written or 0,
        killed=killed,
    )


def main() -> int:
    """Draw, as one of the processes; or prove, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--draw", type=UUID)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.draw:
        draw(os.environ["DRAW_URL"], os.environ["DRAW_KEY"], given.draw, given.seed)
        return 0
    with _database(sqlite=given.sqlite) as url:
        if url is None:
            sys.stdout.write("no PostgreSQL on this machine\n")
            return 2
        shop = open_shop(url, generate_key())
        shop.migrate()
        shop.close()
        started = monotonic()
        found = prove(url, orders=given.orders, processes=given.processes, kills=given.kills)
        took = monotonic() - started
    sys.stdout.write(f"{found} in {took:.0f} s\n")
    return int(found != expected(given.orders, given.kills))


@contextmanager
def _database(*, sqlite: bool) -> Iterator[str | None]:
    """The address of an empty one; None when there is no PostgreSQL to be had."""
    if sqlite:
        with tempfile.TemporaryDirectory() as directory:
            yield f"sqlite:///{directory}/drawing.sqlite"
        return
    server = postgres.start()
    try:
        yield server.url if server else None
    finally:
        if server:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
