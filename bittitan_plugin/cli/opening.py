"""Opens the plugin for a command, and ends commands that may not or cannot work.

Imports wait until a command needs them, so that each starts quickly.
"""

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bittitan_plugin.base.settings import Settings
    from bittitan_plugin.plugin.bootstrap import Application
    from bittitan_plugin.services.ports import Ports


def with_ports(command: "Callable[[Ports], int]") -> NoReturn:
    """Run a command on the wired plugin and end with its status."""
    with_application(lambda application: command(application.ports))


def with_application(command: "Callable[[Application], int]") -> NoReturn:
    """Run a command on the wired plugin and its migrated database; end with its status."""
    from bittitan_plugin.plugin.bootstrap import build

    application = build(read_settings())
    try:
        application.check()
        raise typer.Exit(command(application))
    finally:
        application.close()


def read_settings() -> "Settings":
    """The settings of the environment; ends with status 2 and names every wrong one."""
    from bittitan_plugin.base.settings import InvalidSettings, load_settings
    from bittitan_plugin.platforms.registry import installed_kinds

    try:
        return load_settings(*(kind.settings for kind in installed_kinds().values()))
    except InvalidSettings as error:
        fail(str(error))


def leave() -> NoReturn:
    """End now. A step that outlived its grace would keep the interpreter until it gives up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def fail_for_platforms(faults: "Mapping[str, Exception]") -> NoReturn:
    """End with status 1 and name the platforms that could not be migrated."""
    from bittitan_plugin.platforms.registry import in_words

    for name, fault in faults.items():
        typer.echo(f"platform '{name}' cannot be used ({in_words(fault)})", err=True)
    typer.echo("the database is up to date for all others", err=True)
    raise typer.Exit(1)


def fail(message: str) -> NoReturn:
    """End with status 2 and this sentence."""
    typer.echo(message, err=True)
    raise typer.Exit(2)
