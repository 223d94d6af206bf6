"""*Reconcile* from the command line: progress while it runs, then what was found and done.

It runs in this process, so it needs no worker; what it applies is passed to the workers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bittitan_plugin.cli.terminal import OPERATOR, PlainLines, open_console, print_json
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.reconciliation import Report
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services import runs
from bittitan_plugin.services.installations import named_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.reconciling import reconciliation

#: Orders and assets between two plain lines of progress, where there is no terminal.
ROWS_PER_LINE = 10_000

_Tell = Callable[[Report], None]


def reconcile(
    ports: Ports,
    key: str,
    *,
    apply: bool,
    max_changes: int,
    as_json: bool = False,
    console: Console | None = None,
) -> int:
    """Reconcile the installation with that key and print what was found.

    Returns the exit status: 0 when everything agrees or was corrected, 1 when differences remain or
    something could not be compared, 2 when it could not be completed.
    """
    console = console or open_console()
    run, error = None, None
    try:
        reconciliation.check_limit(max_changes)
        installation = named_installation(ports, key)
        with _progress(console, quiet=as_json) as tell:
            run = _run(
                Tenant(ports, installation.id), apply=apply, max_changes=max_changes, tell=tell
            )
    except BitTitanError as failure:
        error = str(failure)
    report = dict(run.report) if run else {}
    if as_json:
        print_json(console, {**report, "error": error})
    else:
        _say(console, report, error)
    if error is not None:
        return 2
    left = sum(report["found"].values()) - sum(report["changed"].values())
    return int(left > 0 or report["not_compared"] > 0)


def _run(tenant: Tenant, *, apply: bool, max_changes: int, tell: _Tell) -> Run:
    run = runs.begin(tenant, RunKind.RECONCILIATION, OPERATOR.name)
    with runs.done_here(tenant, run.id):
        return reconciliation.run_now(
            tenant, run.id, apply=apply, max_changes=max_changes, tell=tell
        )


@contextmanager
def _progress(console: Console, *, quiet: bool) -> Iterator[_Tell]:
    if quiet:
        yield lambda _report: None
    elif console.is_terminal:
        columns = (TextColumn("comparing"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
            task = progress.add_task("comparing", total=None)
            yield lambda report: progress.update(
                task, completed=report.done, total=report.total and max(report.total, report.done)
            )
    else:
        yield PlainLines(
            console, every=ROWS_PER_LINE, rows=lambda report: report.done, said=_in_short
        )


def _in_short(report: Report) -> str:
    of = f" of {report.total}" if report.total else ""
    return f"{report.done}{of} compared, {report.count} differences"


def _say(console: Console, report: dict[str, Any], error: str | None) -> None:
    if report:
        _say_what(console, report)
    if error is not None:
        console.print(f"not finished: {error}", markup=False)


def _say_what(console: Console, report: dict[str, Any]) -> None:
    console.print(
        f"{report['orders']} orders and {report['assets']} assets compared, "
        f"{report['coupons']} coupons read",
        markup=False,
    )
    for difference in report["differences"]:
        console.print(f"{difference['kind']}: {difference['message']}", markup=False)
    if more := sum(report["found"].values()) - len(report["differences"]):
        console.print(f"and {more} more", markup=False)
    for kind, number in sorted(report["found"].items()):
        mended = report["changed"].get(kind, 0)
        console.print(f"{number} × {kind}, {mended} mended", markup=False)
    for reason in report["left_out"]:
        console.print(f"not compared: {reason}", markup=False)
    if (unnamed := report["not_compared"] - len(report["left_out"])) > 0:
        console.print(f"not compared: {unnamed} more", markup=False)
    if report["stopped_at_limit"]:
        console.print(
            f"stopped after {report['max_changes']} changes: there may be more; run it again",
            markup=False,
        )
    elif not report["found"]:
        _say_agreement(console, report["not_compared"])
    elif not report["applies"]:
        console.print("nothing was changed; --apply mends it", markup=False)


def _say_agreement(console: Console, not_compared: int) -> None:
    if not_compared:
        text = f"what was compared agrees; {not_compared} could not be compared, see above"
    else:
        text = "everything agrees"
    console.print(text, markup=False)
