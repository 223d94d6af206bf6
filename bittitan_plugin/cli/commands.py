"""The command line. Imports wait until a command needs them, so that each starts quickly."""

import json
import signal
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bittitan_plugin.cli.opening import (
    fail,
    fail_for_platforms,
    leave,
    read_settings,
    with_application,
    with_ports,
)


class Commands(TyperGroup):
    """Every command ends with a sentence, and status 2, where it may not or cannot work."""

    def invoke(self, ctx: Any) -> object:
        """Run the command; tell what keeps it from the database."""
        from sqlalchemy.exc import InterfaceError, OperationalError

        from bittitan_plugin.store.migrations import UnfitDatabase
        from bittitan_plugin.store.writing import fault_in_words

        try:
            return super().invoke(ctx)
        except UnfitDatabase as unfit:
            fail(str(unfit))
        except (OperationalError, InterfaceError) as error:
            fail(f"The database {fault_in_words(error)}; look at BITTITAN_DATABASE_URL.")


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Platform = Annotated[str, typer.Option(help="Address to listen on.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def _print_version(asked: bool) -> None:
    from bittitan_plugin.base.manifest import manifest

    if asked:
        typer.echo(f"bittitan-plugin {manifest().version}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it and end."),
    ] = False,
) -> None:
    """Sells BitTitan (MigrationWiz) licences on a commerce platform."""


@app.command()
def serve(
    host: Platform = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only take requests; workers run elsewhere.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="A throw-away shop with demo data and a sandbox.")
    ] = False,
) -> None:
    """Serve the embedded shop: GraphQL, health and metrics, and the worker unless told not to."""
    from bittitan_plugin.cli.serving import at_address, open_shop, server_of

    settings = at_address(read_settings(), host, port)
    if demo:
        from bittitan_plugin.cli.demo.client import StoryError
        from bittitan_plugin.cli.demo.running import serve_demo

        try:
            serve_demo(settings, host, port)
        except StoryError as error:
            typer.echo(f"FAILED: {error}", err=True)
            raise typer.Exit(1) from None
        return
    shop = open_shop(settings)
    shop.start(run_worker=not no_worker)
    typer.echo(f"serving on {settings.public_url}/graphql/")
    for line in shop.how_to_begin():
        typer.echo(line)
    server = server_of(shop, host, port)
    with suppress(KeyboardInterrupt, SystemExit):
        server.run()
    if not server.started:
        shop.stop()
        fail(f"Could not listen on {host}, port {port}; is another process using it?")
    leave()


@app.command()
def worker() -> None:
    """Run durable work only. Any number of workers may share one PostgreSQL database."""
    from bittitan_plugin.cli.serving import open_shop

    shop = open_shop(read_settings())
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    shop.start(run_worker=True)
    typer.echo("working")
    stopping.wait()
    shop.stop()
    leave()


@app.command()
def sandbox(
    host: Platform = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8001,
) -> None:
    """Run the simulator of the coupon API, with its ledger and faults."""
    from bittitan_plugin.base.settings import Environment
    from bittitan_plugin.bittitan.sandbox import serve_sandbox

    if read_settings().environment is Environment.PRODUCTION:
        fail("The sandbox hands out worthless coupons; it does not run in production.")
    serve_sandbox(host, port)


@app.command()
def demo(as_json: Json = False) -> None:
    """Play the whole story in a throw-away database, and say what happened at each step."""
    from bittitan_plugin.cli.demo.running import play

    raise typer.Exit(play(as_json=as_json))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Safe while other processes run, and to repeat."""
    from bittitan_plugin.plugin.bootstrap import build

    application = build(read_settings())
    try:
        application.migrate()
    finally:
        application.close()
    if application.platform_faults:
        fail_for_platforms(application.platform_faults)
    typer.echo("the database is up to date")


@app.command()
def token(
    customer: Annotated[str | None, typer.Option(help="E-mail address of a customer.")] = None,
    staff: Annotated[bool, typer.Option("--staff", help="For the first member of staff.")] = False,
) -> None:
    """Print an access token of the embedded shop, valid for twelve hours."""
    from bittitan_plugin.cli.serving import open_shop
    from bittitan_plugin.domain.errors import Refusal

    if staff == (customer is not None):
        fail("Say for whom: --staff, or --customer EMAIL.")
    shop = open_shop(read_settings())
    try:
        shop.application.check()
        typer.echo(shop.platform.issue_token(customer))
    except Refusal as refusal:
        fail(refusal.message)
    finally:
        shop.application.close()


@app.command()
def schema() -> None:
    """Print the GraphQL extension's schema."""
    from bittitan_graphql.sdl import print_sdl

    typer.echo(print_sdl(), nl=False)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check settings, database, mail and vendor; say how to mend what is wrong. Status 1 if so."""
    from dataclasses import asdict

    from bittitan_plugin.cli.doctor import examine
    from bittitan_plugin.plugin.bootstrap import build

    application = build(read_settings())
    findings = list(examine(application))
    application.close()
    if as_json:
        found = [asdict(finding) for finding in findings]
        typer.echo(json.dumps(found, indent=2, default=datetime.isoformat))
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            typer.echo(f"{mark} {finding.check}: {finding.message}")
            if finding.mend:
                typer.echo(f"     → {finding.mend}")
    raise typer.Exit(int(not all(finding.ok for finding in findings)))


@app.command("services-definition")
def services_definition(
    installation: Annotated[
        str, typer.Option(help="Which installation, by the name its platform gives it.")
    ] = "default",
    as_json: Json = False,
) -> None:
    """Get Services Definition: product types, BitTitan's list of articles, product group."""
    from bittitan_plugin.cli.fetch import fetch_services_definition
    from bittitan_plugin.cli.serving import open_shop

    shop = open_shop(read_settings())
    shop.start(run_worker=False)
    try:
        ports = shop.application.ports
        raise typer.Exit(fetch_services_definition(ports, installation, as_json=as_json))
    finally:
        shop.stop()


secrets = typer.Typer(help="What is stored encrypted.", no_args_is_help=True)
app.add_typer(secrets, name="secrets")


@secrets.command("rotate")
def secrets_rotate(as_json: Json = False) -> None:
    """Seal every stored secret with the first of the keys. Safe to repeat, and while others serve.

    Status 1 when something fits none of the keys.
    """
    from bittitan_plugin.cli.rotate import rotate_secrets

    with_application(lambda application: rotate_secrets(application, as_json=as_json))


@app.command()
def reconcile(
    apply: Annotated[bool, typer.Option("--apply", help="Mend what is found.")] = False,
    max_changes: Annotated[
        int, typer.Option(help="Stop after so many changes, and say so.", min=0)
    ] = 100,
    installation: Annotated[
        str, typer.Option(help="Which installation, by the name its platform gives it.")
    ] = "default",
    as_json: Json = False,
) -> None:
    """Compare the platform's orders, the assets and BitTitan's coupons; 1 if differences stand."""
    from bittitan_plugin.cli.reconcile import reconcile as run
    from bittitan_plugin.cli.serving import open_shop

    shop = open_shop(read_settings())
    shop.start(run_worker=False)
    try:
        ports = shop.application.ports
        raise typer.Exit(
            run(ports, installation, apply=apply, max_changes=max_changes, as_json=as_json)
        )
    finally:
        shop.stop()


@app.command("provision-held")
def provision_held(
    order: Annotated[str, typer.Argument(help="The order's number, or its id at the platform.")],
    installation: Annotated[
        str, typer.Option(help="Which installation, by the name its platform gives it.")
    ] = "default",
) -> None:
    """Provision after all what seems to have been delivered before, of one order."""
    from bittitan_plugin.cli.held_orders import provision_order
    from bittitan_plugin.cli.serving import open_shop

    shop = open_shop(read_settings())
    shop.start(run_worker=False)
    try:
        raise typer.Exit(provision_order(shop.application.ports, installation, order))
    finally:
        shop.stop()


staff = typer.Typer(
    help="Who works for the distributor, in the embedded shop.", no_args_is_help=True
)
app.add_typer(staff, name="staff")

Email = Annotated[str, typer.Argument(help="E-mail address, with which the person signs in.")]
Force = Annotated[bool, typer.Option("--force", help="Also for the last who may manage users.")]


@staff.command("create")
def staff_create(
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    permission: Annotated[
        list[str] | None, typer.Option(help="What the person may do, one by one; all without it.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    invite: Annotated[
        bool, typer.Option("--invite", help="Print a one-time link to choose a password instead.")
    ] = False,
) -> None:
    """Make a member of staff, who signs in at /admin/. Asks for a password."""
    from bittitan_plugin.cli import staff as people

    if invite and password_stdin:
        fail("Whoever is invited chooses a password: leave --password-stdin or --invite out.")
    if invite:
        people.create_invited(email, name, permission)
        return
    people.create(email, name, permission, people.password(from_stdin=password_stdin))


@staff.command("invite")
def staff_invite(email: Email) -> None:
    """Print a one-time link with which a member of staff chooses a password; mail it if set up."""
    from bittitan_plugin.cli import staff as people

    people.invite(email)


@staff.command("list")
def staff_list(as_json: Json = False) -> None:
    """List who works for the distributor, and what each may do."""
    from bittitan_plugin.cli import staff as people

    people.print_list(as_json=as_json)


@staff.command("permissions")
def staff_permissions(
    email: Email,
    permissions: Annotated[list[str], typer.Argument(help="All that the person may do from now.")],
    force: Force = False,
) -> None:
    """Replace what a person may do; says what it was and what it is."""
    from bittitan_plugin.cli import staff as people

    people.permit(email, permissions, force=force)


@staff.command("disable")
def staff_disable(email: Email, force: Force = False) -> None:
    """Lock a person out: every session and token ends at once."""
    from bittitan_plugin.cli import staff as people

    people.disable(email, force=force)


@staff.command("enable")
def staff_enable(email: Email) -> None:
    """Let a person sign in again."""
    from bittitan_plugin.cli import staff as people

    people.enable(email)


coupons = typer.Typer(help="The stock of coupon codes.", no_args_is_help=True)
app.add_typer(coupons, name="coupons")

Csv = Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")]
Installation = Annotated[
    str, typer.Option(help="Which installation, by the name its platform gives it.")
]


@coupons.command("import")
def coupons_import(
    file: Annotated[Path, typer.Argument(help="CSV file of codes made in BitTitan's portal.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Import the good rows although there are bad ones.")
    ] = False,
    installation: Installation = "default",
    as_json: Json = False,
) -> None:
    """Take a file of codes into the stock, and serve who waits for them; 1 if a row is bad."""
    from bittitan_plugin.cli.stock import import_file
    from bittitan_plugin.services.stock.importing import ImportMode

    mode = ImportMode.GOOD_ROWS if partial else ImportMode.ALL_OR_NONE
    mode = ImportMode.DRY_RUN if dry_run else mode
    with_ports(lambda ports: import_file(ports, installation, file, mode, as_json=as_json))


@coupons.command("list")
def coupons_list(
    state: Annotated[str, typer.Option(help="Only codes in this state; ALL for every one.")] = (
        "AVAILABLE"
    ),
    installation: Installation = "default",
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """List the codes, masked, those expiring soonest first."""
    from bittitan_plugin.cli.stock import list_codes
    from bittitan_plugin.domain.stock import StockState

    known = {each.value: each for each in StockState}
    if state.upper() not in {*known, "ALL"}:
        fail(f"There is no state '{state}'; give one of {', '.join(known)}, or ALL.")
    wanted = known.get(state.upper())
    with_ports(
        lambda ports: list_codes(ports, installation, wanted, as_csv=as_csv, as_json=as_json)
    )


@coupons.command("report")
def coupons_report(
    installation: Installation = "default", as_csv: Csv = False, as_json: Json = False
) -> None:
    """What the stock holds by expiry, what was sold each week, and how many days it lasts."""
    from bittitan_plugin.cli.stock import print_report

    with_ports(lambda ports: print_report(ports, installation, as_csv=as_csv, as_json=as_json))


Reason = Annotated[str, typer.Option(help="Why; it is kept with the code.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


@coupons.command("withdraw")
def coupons_withdraw(
    code: Annotated[str, typer.Argument(help="Its id, as 'coupons list' shows it.")],
    reason: Reason,
    installation: Installation = "default",
    yes: Yes = False,
) -> None:
    """Take a wrongly imported code out of the stock, unless it was sold."""
    from bittitan_plugin.cli.stock import withdraw_code

    if not (yes or typer.confirm("Withdraw this code, so that it is not sold?")):
        raise typer.Exit(1)
    with_ports(lambda ports: withdraw_code(ports, installation, code, reason))


@coupons.command("undo")
def coupons_undo(
    made: Annotated[str, typer.Argument(metavar="IMPORT", help="Its id, as 'coupons list' shows.")],
    reason: Reason,
    installation: Installation = "default",
    yes: Yes = False,
) -> None:
    """Take a whole import back, as far as its codes are unsold; says first how many that are."""
    from bittitan_plugin.cli.stock import undo

    def sure(question: str) -> bool:
        return yes or typer.confirm(question)

    with_ports(lambda ports: undo(ports, installation, made, reason, sure=sure))


revocations = typer.Typer(help="Codes from stock to be revoked by hand.", no_args_is_help=True)
app.add_typer(revocations, name="revocations")

Revocation = Annotated[str, typer.Argument(help="Its id, as 'revocations list' shows it.")]


@revocations.command("list")
def revocations_list(installation: Installation = "default", as_json: Json = False) -> None:
    """List what waits to be revoked in BitTitan's portal, the most urgent first; codes masked."""
    from bittitan_plugin.cli.revoke import list_revocations

    with_ports(lambda ports: list_revocations(ports, installation, as_json=as_json))


@revocations.command("confirm")
def revocations_confirm(revocation: Revocation, installation: Installation = "default") -> None:
    """Say that its codes are revoked: the asset is cancelled and credited. 1 when too late."""
    from bittitan_plugin.cli.revoke import decide_revocation
    from bittitan_plugin.services.cancelling.stock_revocation import confirm

    with_ports(lambda ports: decide_revocation(ports, installation, revocation, confirm))


@revocations.command("redeemed")
def revocations_redeemed(revocation: Revocation, installation: Installation = "default") -> None:
    """Say that its codes had been used: the sale stands."""
    from bittitan_plugin.cli.revoke import decide_revocation
    from bittitan_plugin.services.cancelling.stock_revocation import report_redeemed

    with_ports(lambda ports: decide_revocation(ports, installation, revocation, report_redeemed))
