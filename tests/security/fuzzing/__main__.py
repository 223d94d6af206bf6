"""``python -m tests.security.fuzzing [--seed N] [--share 1.0] [--record]``: the long form, a table.

Ends with 1 when there is a fault, and tells each.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

import stamina

from tests.chaos.report import machine
from tests.conftest import Databases
from tests.recorded import WHY, record
from tests.security.fuzzing.addresses import Addresses
from tests.security.fuzzing.counting import HEAD, Tally, attack
from tests.security.fuzzing.documents import open_shop, shop_and_subgraph
from tests.security.fuzzing.requests import LargeRequests
from tests.security.fuzzing.stock_files import stock_files
from tests.security.fuzzing.vendor import vendor_answers
from tests.security.fuzzing.webhooks import deliveries

#: Where the documentation keeps the last run.
RESULTS = WHY / "security-results.md"


def attacks(seed: int, share: float, directory: Path) -> Iterator[Tally]:
    """All of them. ``share`` scales how often each is tried."""
    made = Databases(directory)
    url, often = made.fresh("sqlite", directory), int(5_000 * share)
    file = Path(url.removeprefix("sqlite:///"))
    with open_shop(url, file) as (stage, rewinding):
        shop, subgraph = shop_and_subgraph(Random(seed), stage, rewinding)
        yield attack("the shop's GraphQL, who may change nothing", often, shop.by_the_powerless)
        yield attack("the shop's GraphQL, staff and buyer", often, shop.by_the_powerful)
        yield attack("the subgraph, who may change nothing", often, subgraph.by_the_powerless)
        yield attack("the subgraph, staff and buyer", often, subgraph.by_the_powerful)
        large = LargeRequests(Random(seed), stage, rewinding)
        yield attack("GraphQL over HTTP, near its limits", int(2_000 * share), large.attempt)
        anywhere = Addresses(Random(seed), stage, rewinding)
        yield attack("every address", often, anywhere.attempt)
    received = deliveries(Random(seed), made.fresh("sqlite", directory), directory)
    yield attack("webhooks", int(20_000 * share), received)
    yield attack("stock files", int(5_000 * share), stock_files(Random(seed)))
    with vendor_answers(Random(seed)) as answered:
        yield attack("vendor's answers", int(5_000 * share), answered)


def main() -> int:
    """Run them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--record", action="store_true", help="write it into the documentation")
    given = parser.parse_args()
    # What is refused is no news here, and no pause makes it any truer.
    logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL)
    stamina.set_testing(True, attempts=3, cap=True)
    stamina.instrumentation.set_on_retry_hooks([])
    faults, table, started = list[str](), [HEAD], monotonic()
    sys.stdout.write(f"{HEAD}\n")
    with TemporaryDirectory() as name:
        for tally in attacks(given.seed, given.share, Path(name)):
            table.append(tally.row())
            sys.stdout.write(f"{table[-1]}\n")
            sys.stdout.flush()
            faults += tally.faults + tally.strained
    sys.stdout.write("\n".join(faults[:20]))
    if given.record:
        took = (
            f"Seed {given.seed}, share {given.share:g}; {machine()}; {monotonic() - started:.0f} s."
        )
        record(RESULTS, "fuzz", "\n".join([took, "", *table]))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
