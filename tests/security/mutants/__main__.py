"""``python -m tests.security.mutants [--only TEXT] [--record]``: each guard taken away, who saw.

Ends with 1 when a mutant survived: then a test is missing, or the guard says twice what another
says already.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.chaos.report import machine
from tests.recorded import WHY, record
from tests.security.mutants.finding import mutants
from tests.security.mutants.trying import Outcome, copies, reaches, tried, warm_up

CHECKOUT = Path(__file__).parents[3]
_READ_BEFORE = "the row was read by the same filter just before; no write goes without it"
#: Guards that say what another says too, by path, function and text, and why both stay.
DOUBLED = {
    (
        "bittitan_plugin/store/queries/assets.py",
        "_holds_code",
        "AssetRow.installation_id == work.installation_id",
    ): "the list around it is filtered; this one lets the index be used",
    (
        "bittitan_plugin/store/queries/assets.py",
        "_holds_code",
        "StockCodeRow.installation_id == work.installation_id",
    ): "the list around it is filtered; this one lets the index be used",
    (
        "bittitan_plugin/platforms/saleor/tokens.py",
        "_decode",
        'normal(str(claims.get("iss"))) != app.api_url',
    ): "the app was found by the issuer; two parsers might read it differently",
    (
        "bittitan_plugin/platforms/saleor/signatures.py",
        "verify",
        "not _is_canonical(found[1])",
    ): "the pinned joserfc refuses such a text too; that is its choice, not ours",
    **{
        ("bittitan_plugin/web/portal/acting.py", within, "owned(work, viewer, asset_id)"): (
            "the page has found the licence for that viewer; whoever acts asks for itself"
        )
        for within in ("rename", "send_again")
    },
    (
        "graphql/bittitan_graphql/types/assets.py",
        "coupon_code",
        "await sees(scope, self.source)",
    ): "every way to an asset asks; for the code, which is money, it is asked once more",
    ("bittitan_plugin/store/repositories/accounts.py", "change", "self._mine"): _READ_BEFORE,
    # Of the statements built at the module's level it is the one that changes an asset.
    ("bittitan_plugin/store/repositories/assets.py", "", "_MINE"): _READ_BEFORE,
    (
        "bittitan_plugin/store/repositories/cancellation_requests.py",
        "change",
        "self._mine",
    ): _READ_BEFORE,
    ("bittitan_plugin/store/repositories/coupons.py", "seen", "self._mine"): _READ_BEFORE,
    ("bittitan_plugin/store/repositories/revocations.py", "change", "self._mine"): _READ_BEFORE,
    ("bittitan_plugin/store/repositories/runs.py", "change", "self._mine"): _READ_BEFORE,
}


def main() -> int:
    """Try them and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of the places to look at")
    parser.add_argument("--record", action="store_true", help="write the summary into docs")
    given, started = parser.parse_args(), monotonic()
    only = given.only
    warm_up()
    with TemporaryDirectory() as name:
        trees = copies(CHECKOUT, Path(name))
        found = [each for each in mutants(trees[0]) if only in each.place]
        reached = reaches(trees, _say)
        _say(f"{len(found)} guards, {len(reached)} tests\n\n| guard | place | what | noticed by |")
        _say("|---|---|---|---|")
        outcomes = []
        for outcome in tried(found, reached, trees):
            outcomes.append(outcome)
            _say(_row(outcome))
    _say(f"\n{summary(outcomes)}")
    if given.record:
        took = f"{len(reached)} tests; {machine()}; {monotonic() - started:.0f} s."
        record(WHY / "security-results.md", "mutants", f"{took}\n\n{summary(outcomes)}")
    return int(any(not _settled(each) for each in outcomes))


def summary(outcomes: list[Outcome]) -> str:
    """A table with one row per kind of guard."""
    there = Counter(each.mutant.kind for each in outcomes)
    alive = Counter(each.mutant.kind for each in outcomes if not _settled(each))
    rows = [f"| {kind} | {count} | {alive[kind]} |" for kind, count in sorted(there.items())]
    head = "| guard | taken away | not noticed |\n|---|---|---|"
    return "\n".join([head, *rows, f"| all | {there.total()} | {alive.total()} |"])


def _settled(outcome: Outcome) -> bool:
    return bool(outcome.noticed or _doubled(outcome))


def _doubled(outcome: Outcome) -> str:
    mutant = outcome.mutant
    return DOUBLED.get((mutant.path, mutant.within, mutant.text), "")


def _row(outcome: Outcome) -> str:
    mutant, noticed = outcome.mutant, outcome.noticed.rpartition("/")[2]
    if not noticed:
        noticed = f"doubled: {_doubled(outcome)}" if _doubled(outcome) else "NOBODY"
    text = mutant.text.replace("|", "\\|")
    return f"| {mutant.kind} | {mutant.place} | `{text}` | {noticed} |"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
