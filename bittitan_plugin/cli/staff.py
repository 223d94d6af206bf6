"""The commands ``staff …``: they make the first member of staff, and let nobody be locked out.

They work before the shop was ever served, because without staff nobody can sign in.
"""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import typer

from bittitan_plugin.cli.opening import fail, read_settings
from bittitan_plugin.cli.serving import Shop, open_shop
from bittitan_plugin.cli.terminal import OPERATOR, open_console, print_json_rows, print_rows
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.platforms.shop.link_mails import LinkMails
from bittitan_plugin.platforms.shop.one_time_links import NewLink
from bittitan_plugin.platforms.shop.staff import Staff
from bittitan_plugin.platforms.shop.tables import UserRow

Result = TypeVar("Result")


def password(*, from_stdin: bool) -> str:
    """The new password: typed twice at a terminal, or a line of standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def create(email: str, name: str, permissions: Sequence[str] | None, secret: str) -> None:
    """Make a member of staff. Status 2 with a sentence where that is refused."""
    allowed = _permissions(permissions) if permissions else list(Permission)
    row = _with_staff(
        lambda staff: staff.create(
            email, by=OPERATOR, permissions=allowed, name=name, password=secret
        )
    )
    typer.echo(f"{row.email} may sign in at /admin/, with {_words(row)}.")


def create_invited(email: str, name: str, permissions: Sequence[str] | None) -> None:
    """Make a member of staff who chooses a password by a link, and print that link."""
    allowed = _permissions(permissions) if permissions else list(Permission)
    row = _with_staff(
        lambda staff: staff.create(email, by=OPERATOR, permissions=allowed, name=name)
    )
    typer.echo(f"{row.email} is a member of staff, with {_words(row)}.")
    invite(row.email)


def invite(email: str) -> None:
    """Print a one-time link to choose a password, and mail it where there is a mail server."""

    def made(shop: Shop) -> tuple[str, NewLink]:
        settings = shop.application.settings
        links = LinkMails(shop.application.ports, shop.platform, settings.public_url)
        user_id = shop.platform.staff.find(email).id
        if settings.smtp_url:
            new = links.send(user_id, OPERATOR)
        else:
            new = shop.platform.links.make(user_id, by=OPERATOR)
        return links.address_of(new), new

    address, new = _with_shop(made)
    typer.echo(f"Whoever opens this link chooses the password of {new.user.email}. It works once,")
    typer.echo(f"until {new.expires_at:%Y-%m-%d %H:%M} (UTC), while the shop is served there:")
    typer.echo(address)


def print_list(*, as_json: bool) -> None:
    """Print everybody, as lines or as a list of JSON objects."""
    header = ("e-mail", "name", "permissions", "disabled since")
    rows = [
        (row.email, row.name or None, _words(row), row.disabled_at)
        for row in _with_staff(lambda staff: staff.everybody())
    ]
    (print_json_rows if as_json else print_rows)(open_console(), header, rows)


def permit(email: str, permissions: Sequence[str], *, force: bool) -> None:
    """Replace a person's permissions, and say what they were."""
    allowed = _permissions(permissions)

    def change(staff: Staff) -> tuple[str, UserRow]:
        before = staff.find(email)
        after = staff.set_permissions(before.id, allowed, by=OPERATOR, force=force)
        return _words(before), after

    before, row = _with_staff(change)
    typer.echo(f"{row.email} had {before}, and has {_words(row)} now.")


def disable(email: str, *, force: bool) -> None:
    """Lock a person out."""
    row = _with_staff(lambda staff: staff.disable(staff.find(email).id, by=OPERATOR, force=force))
    typer.echo(f"{row.email} is locked out: all sessions and tokens have ended.")


def enable(email: str) -> None:
    """Let a person in again."""
    row = _with_staff(lambda staff: staff.enable(staff.find(email).id, by=OPERATOR))
    typer.echo(f"{row.email} may sign in again.")


def _with_staff(change: Callable[[Staff], Result]) -> Result:
    return _with_shop(lambda shop: change(shop.platform.staff))


def _with_shop(change: Callable[[Shop], Result]) -> Result:
    """Do it on a migrated database; a refusal ends the command with its sentence."""
    shop = open_shop(read_settings())
    try:
        shop.application.migrate()
        return change(shop)
    except (Refusal, Rejected, Unavailable, OutcomeUnknown) as no:
        fail(no.message)
    finally:
        shop.application.close()


def _permissions(names: Sequence[str]) -> list[Permission]:
    try:
        return [Permission(name.upper()) for name in names]
    except ValueError as error:
        fail(f"{error}; there are: {', '.join(Permission)}.")


def _words(row: UserRow) -> str:
    return ", ".join(row.permissions) or "no permission"
