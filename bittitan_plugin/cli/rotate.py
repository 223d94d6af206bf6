"""``secrets rotate`` from the command line: progress while it runs, then what it did."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.progress import Progress

from bittitan_plugin.cli.terminal import open_console
from bittitan_plugin.platforms.registry import in_words, installed, platform_tables
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.store.rotation import Rotation, rotate


def rotate_secrets(
    application: Application, *, as_json: bool = False, console: Console | None = None
) -> int:
    """Rotate and print what was done.

    Returns the exit status: 1 when a secret fits no key, or a platform's secrets are not known.
    """
    console = console or open_console()
    engine, cipher = application.engine, application.ports.cipher
    quiet = as_json or not console.is_terminal
    with Progress(console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("sealing anew", total=None)

        def tell(so_far: Rotation) -> None:
            progress.update(task, total=so_far.total, completed=so_far.seen)

        done = rotate(engine, cipher, platform_tables(), tell)
    unknown = installed().faults
    if as_json:
        left_out = {"platforms_left_out": sorted(unknown)}
        console.print(json.dumps(asdict(done) | left_out), markup=False, soft_wrap=True)
    else:
        console.print(f"{done.seen} secrets looked at, {done.renewed} sealed anew", markup=False)
        for name, fault in unknown.items():
            console.print(
                f"those of the platform '{name}' were not: it cannot be loaded "
                f"({in_words(fault)}). Keep every key, put its package right and repeat.",
                markup=False,
            )
        if done.unreadable:
            console.print(
                f"{done.unreadable} fit none of the keys in BITTITAN_SECRET_KEYS and stayed as "
                "they are: put the key they were written with at the end of the list and repeat.",
                markup=False,
            )
        elif not unknown:
            console.print("the keys behind the first are no longer needed", markup=False)
    return int(done.unreadable > 0 or bool(unknown))
