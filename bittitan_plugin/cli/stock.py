"""The coupon stock from the command line: importing, listing, reporting."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bittitan_plugin.cli.terminal import (
    OPERATOR,
    PlainLines,
    Row,
    open_console,
    print_json,
    print_json_rows,
    print_rows,
)
from bittitan_plugin.domain.coupons import masked
from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from bittitan_plugin.domain.spreadsheets import to_csv
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.domain.stock_report import StockReport, report_csv
from bittitan_plugin.services.installations import named_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.stock.import_runs import import_here
from bittitan_plugin.services.stock.importing import ImportMode, ImportReport, StockFile
from bittitan_plugin.services.stock.reports import stock_report
from bittitan_plugin.services.stock.withdrawal import undo_import, withdraw
from bittitan_plugin.store.queries.keyset import Page, Window, every_page
from bittitan_plugin.store.queries.stock import StockFilter, code_list

#: Bytes that are read at a time.
PIECE = 1 << 16
#: Rows between two plain lines of progress, where there is no terminal.
ROWS_PER_LINE = 10_000
#: Codes of a list that are read at a time.
PAGE = 500

_HEADER = (
    *("code", "product type", "SKU", "licences", "expires at", "state", "asset", "id", "import"),
    "note",
)


def import_file(
    ports: Ports,
    key: str,
    path: Path,
    mode: ImportMode,
    *,
    as_json: bool = False,
    console: Console | None = None,
) -> int:
    """Import a file and print the result.

    Returns the exit status: 0, or 1 when something was wrong with the file.
    """
    console = console or open_console()
    report, error = ImportReport(), None
    try:
        installation = named_installation(ports, key)
        with _pieces(console, path, quiet=as_json) as (pieces, tell):
            file = StockFile(path.name, pieces)
            report = import_here(Tenant(ports, installation.id), OPERATOR, file, mode, tell)
    except (BitTitanError, OSError) as failure:
        error = str(failure)
    if as_json:
        print_json(console, {**asdict(report), "mode": mode, "error": error})
    else:
        _say(console, report, mode, error)
    return int(error is not None or report.bad > 0)


def list_codes(
    ports: Ports,
    key: str,
    state: StockState | None,
    *,
    as_csv: bool = False,
    as_json: bool = False,
    console: Console | None = None,
) -> int:
    """Print the codes, masked, those expiring soonest first. Returns the exit status."""
    console = console or open_console()
    try:
        rows = _rows(Tenant(ports, named_installation(ports, key).id), state)
        if as_json:
            print_json_rows(console, _HEADER, rows)
        elif as_csv:
            console.print(to_csv(_HEADER, rows), end="", markup=False)
        else:
            print_rows(console, _HEADER, rows)
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    return 0


def withdraw_code(
    ports: Ports, key: str, code: str, reason: str, *, console: Console | None = None
) -> int:
    """Withdraw one unsold code. Returns the exit status: 1 when it was refused."""
    console = console or open_console()
    try:
        installation = named_installation(ports, key)
        withdrawn = withdraw(Tenant(ports, installation.id), _id(code), reason, OPERATOR)
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    shown = masked(ports.cipher.open(withdrawn.code))
    console.print(f"withdrawn: {shown}, {withdrawn.licenses} licences", markup=False)
    return 0


def undo(
    ports: Ports,
    key: str,
    made: str,
    reason: str,
    *,
    sure: Callable[[str], bool],
    console: Console | None = None,
) -> int:
    """Withdraw an import's unsold codes, once ``sure`` has confirmed their number.

    Returns the exit status: 1 when it was refused, or not wanted.
    """
    console = console or open_console()
    try:
        tenant, import_id = Tenant(ports, named_installation(ports, key).id), _id(made)
        would = undo_import(tenant, import_id, reason, OPERATOR, check_only=True)
        if not sure(
            f"Withdraw {would.withdrawn} unsold code(s) of {would.source}? "
            f"{would.left} sold or withdrawn before stay."
        ):
            return 1
        done = undo_import(tenant, import_id, reason, OPERATOR)
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    console.print(f"withdrawn: {done.withdrawn} code(s); left: {done.left}", markup=False)
    return 0


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(
            ErrorCode.INVALID, f"'{text}' is no id; 'coupons list' shows them.", field="id"
        ) from None


def print_report(
    ports: Ports,
    key: str,
    *,
    as_csv: bool = False,
    as_json: bool = False,
    console: Console | None = None,
) -> int:
    """Print what the stock holds and how long it lasts. Returns the exit status."""
    console = console or open_console()
    try:
        report = stock_report(Tenant(ports, named_installation(ports, key).id))
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    if as_json:
        print_json(console, asdict(report))
    elif as_csv:
        console.print(report_csv(report), end="", markup=False)
    else:
        _say_report(console, report)
    return 0


@contextmanager
def _pieces(
    console: Console, path: Path, *, quiet: bool
) -> Iterator[tuple[Iterable[bytes], Callable[[ImportReport], None]]]:
    """The file piece by piece, and the function to call with the import's progress."""
    with path.open("rb") as file:
        pieces = iter(lambda: file.read(PIECE), b"")
        if quiet:
            yield pieces, lambda _so_far: None
        elif console.is_terminal:
            columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            with Progress(*columns, console=console, transient=True) as progress:
                task = progress.add_task("reading", total=path.stat().st_size or None)

                def tell(so_far: ImportReport) -> None:
                    progress.update(task, completed=file.tell(), description=_in_short(so_far))

                yield pieces, tell
        else:
            yield (
                pieces,
                PlainLines(
                    console, every=ROWS_PER_LINE, rows=lambda so_far: so_far.rows, said=_in_short
                ),
            )


def _in_short(done: ImportReport) -> str:
    return f"{done.rows} rows: {done.new} new, {done.known} known, {done.bad} bad"


def _say(console: Console, report: ImportReport, mode: ImportMode, error: str | None) -> None:
    console.print(_in_short(report), markup=False)
    for bad in report.reasons:
        console.print(f"line {bad.line}: {bad.reason}", markup=False)
    if more := report.bad - len(report.reasons):
        console.print(f"and {more} more bad rows", markup=False)
    for row in report.repeated_rows:
        console.print(f"line {row.line}: {row.reason}", markup=False)
    if error is not None:
        console.print(f"not imported: {error}", markup=False)
    elif mode is ImportMode.DRY_RUN:
        console.print("a dry run: nothing was changed", markup=False)
    elif not report.kept:
        console.print(
            "nothing was imported; mend the bad rows, or import the good ones with --partial",
            markup=False,
        )
    elif report.served:
        console.print(f"{report.served} waiting order line(s) served", markup=False)
    if report.import_id is not None:
        console.print(
            f"to take it back: bittitan-plugin coupons undo {report.import_id}", markup=False
        )


def _rows(tenant: Tenant, state: StockState | None) -> Iterator[Row]:
    def read(window: Window) -> Page[StockCode]:
        with tenant.reading() as work:
            return code_list(work, StockFilter(state=state)).page(window)

    for page in every_page(read, PAGE):
        for entry in page.entries:
            yield _row(tenant.ports, entry.item)


def _row(ports: Ports, code: StockCode) -> Row:
    return (
        ports.cipher.masked(code.code),
        code.product_type.value,
        code.sku,
        code.licenses,
        code.expires_at.isoformat(),
        code.state.value,
        str(code.asset_id) if code.asset_id else None,
        str(code.id),
        str(code.import_id),
        code.note,
    )


def _say_report(console: Console, report: StockReport) -> None:
    for each in report.types:
        free, soon = each.free, each.expiring_soon
        lines = [
            each.product_type.label,
            f"  free: {free.codes} codes, {free.licenses} licences",
            *(
                f"    until {m.month:%Y-%m}: {m.amount.codes} codes, {m.amount.licenses} licences"
                for m in each.months
            ),
            f"  about to expire: {soon.codes} codes, {soon.licenses} licences",
            *(
                f"  sold in the week of {w.begins}: {w.amount.licenses} licences"
                for w in each.weeks
                if w.amount.codes
            ),
            "  lasts: "
            + (
                "unknown, nothing was sold lately"
                if each.days_left is None
                else f"{each.days_left} days"
            ),
            f"  order lines waiting: {each.waiting}",
        ]
        console.print("\n".join(lines), markup=False)
