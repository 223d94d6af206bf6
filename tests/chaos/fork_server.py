"""Gives birth to the product's processes: imports everything once, and forks for each of them.

Importing takes longer than many of them live. The nursery reaps its children at once, so that a
killed process is gone and not a zombie that looks alive. Speaks JSON lines: an ``Errand`` is
answered with a process id.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path

from tests.chaos import boundaries, bus, mailbox
from tests.chaos import time_scale as hurry

#: Errands that are not commands of the product.
MAILBOX = "mailbox"
#: Of Linux: the signal a process gets when its parent ends.
PR_SET_PDEATHSIG = 1
#: What processes of the product import.
PRODUCT = (
    "bittitan_graphql.extension",
    "bittitan_plugin.cli.serving",
    "bittitan_plugin.bittitan.sandbox",
    "bittitan_plugin.workflows.worker",
)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a process is born for."""

    #: A command of the product with its arguments, or ``MAILBOX`` with its port and file.
    command: list[str]
    #: ``BITTITAN_`` settings, by their names in small letters.
    settings: dict[str, str] = field(default_factory=dict)
    #: What it says goes to the end of this file.
    log: str
    #: A worker: where it writes down the boundaries it passes, and reads at which one to die.
    boundaries: str = ""
    #: A web process: where the message bus keeps events until they are delivered.
    bus: str = ""


class Nursery:
    """The process, seen from the harness. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, errand: Errand) -> int:
        """The id of a process that begins now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(asdict(errand)) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())

    def close(self) -> None:
        """No more processes; those that still run are left to whoever started them."""
        self._process.communicate(timeout=10)


def is_alive(process: int) -> bool:
    """Whether a process of the nursery still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _serve() -> None:
    # Children are reaped by the kernel; how they ended is read from what they left behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _import_everything()
    for line in sys.stdin:
        errand = Errand(**json.loads(line))
        born = os.fork()
        if born == 0:
            _live(errand)
        print(born, flush=True)  # noqa: T201 - the answer


def _import_everything() -> None:
    for name in PRODUCT:
        import_module(name)


def _live(errand: Errand) -> None:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _move_in(errand)
        if errand.command[0] == MAILBOX:
            mailbox.serve(int(errand.command[1]), Path(errand.command[2]))
        else:
            _run_command(errand)
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _move_in(errand: Errand) -> None:
    """Its own output and settings, and a process group nobody else is in.

    Whatever becomes of the harness, nothing of it lives on: the kernel kills it with the nursery.
    """
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(errand.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    silence = os.open(os.devnull, os.O_RDONLY)
    for number, target in enumerate((silence, log, log)):
        os.dup2(target, number)
    for name in [name for name in os.environ if name.startswith("BITTITAN_")]:
        del os.environ[name]
    for name, value in errand.settings.items():
        os.environ[f"BITTITAN_{name.upper()}"] = value


def _run_command(errand: Errand) -> None:
    from bittitan_plugin.cli.commands import app

    hurry.install()
    if errand.boundaries:
        boundaries.install(Path(errand.boundaries))
    if errand.bus:
        bus.install(Path(errand.bus))
    app(errand.command)


if __name__ == "__main__":
    _serve()
