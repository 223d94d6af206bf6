"""*Get Services Definition* from the command line: progress while it runs, then what it did."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bittitan_plugin.cli.terminal import OPERATOR, PlainLines, open_console, print_json
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.import_report import ServicesDefinition
from bittitan_plugin.services.installations import named_installation
from bittitan_plugin.services.ports import Ports, Tenant

#: Rows between two plain lines of progress, where there is no terminal.
ROWS_PER_LINE = 1000

_Tell = Callable[[ServicesDefinition], None]


def fetch_services_definition(
    ports: Ports, key: str, *, as_json: bool = False, console: Console | None = None
) -> int:
    """Fetch for the installation with that key and print what was done.

    Returns the exit status: 0, or 1 with the error; what was imported before it is kept.
    """
    console = console or open_console()
    done, error = ServicesDefinition(), None

    def remember(so_far: ServicesDefinition) -> None:
        nonlocal done
        done = so_far
        tell(so_far)

    with _progress(console, quiet=as_json) as tell:
        try:
            installation = named_installation(ports, key)
            services_definition.fetch(Tenant(ports, installation.id), OPERATOR, remember)
        except BitTitanError as failure:
            error = str(failure)
    if as_json:
        print_json(console, {**asdict(done), "error": error})
    else:
        _say(console, done, error)
    return int(error is not None)


@contextmanager
def _progress(console: Console, *, quiet: bool) -> Iterator[_Tell]:
    if quiet:
        yield lambda _so_far: None
    elif console.is_terminal:
        columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"))
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
            # The length of the vendor's list is not known beforehand.
            task = progress.add_task("asking BitTitan", total=None)
            yield lambda so_far: progress.update(task, description=_in_short(so_far))
    else:
        yield PlainLines(
            console, every=ROWS_PER_LINE, rows=lambda so_far: so_far.rows, said=_in_short
        )


def _in_short(done: ServicesDefinition) -> str:
    return (
        f"{done.rows} rows: {done.created} created, {done.updated} updated, "
        f"{done.unchanged} unchanged, {done.skipped_count} skipped"
    )


def _say(console: Console, done: ServicesDefinition, error: str | None) -> None:
    for outcome in done.product_types:
        state = "created" if outcome.created else "there already"
        console.print(f"product type {outcome.product_type.label}: {state}", markup=False)
    console.print(_in_short(done), markup=False)
    if done.bound:
        console.print(f"{done.bound} other variant(s) of the platform bound", markup=False)
    for row in done.skipped:
        name = f" ({row.sku})" if row.sku else ""
        console.print(f"skipped row {row.position}{name}: {row.reason}", markup=False)
    if more := done.skipped_count - len(done.skipped):
        console.print(f"and {more} more skipped", markup=False)
    if error is not None:
        console.print(f"not finished: {error}", markup=False)
