"""What a worker process does, which can be told after which call to kill itself."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from time import sleep
from typing import Any

from dbos import DBOS

from bittitan_plugin.bootstrap import Application, build
from bittitan_plugin.settings import Settings
from bittitan_plugin.workflows import engine
from tests.chaos.files import FileHost, FileMailer

#: Factor on every wait between attempts.
PACE = 0.02


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker needs to know."""

    database_url: str
    secret_key: str
    directory: str
    installation: str
    #: ``module:function`` or ``module:Class.method``; killed when it has returned.
    killed_after: str = ""
    #: A file that must appear before it is killed; until then it hangs there.
    waits_for: str = ""


def application(task: Task) -> Application:
    """The plugin, attached to the platform that lives in files."""
    directory = Path(task.directory)
    settings = Settings(
        database_url=task.database_url, var_dir=directory, secret_keys=(task.secret_key,)
    )
    made = build(settings, mailer=FileMailer(directory))
    made.attach(task.installation, FileHost(directory))
    return made


def kill_after(target: str, waits_for: str) -> None:
    """Replace the function by one that kills this process when it has done its work."""
    module_name, _, path = target.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module_name)
    for part in owners:
        owner = getattr(owner, part)
    original: Callable[..., object] = getattr(owner, name)

    @wraps(original)
    def deadly(*arguments: Any, **values: Any) -> None:
        original(*arguments, **values)
        if waits_for:
            Path(f"{waits_for}.reached").touch()
            _wait_for(Path(waits_for))
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


def _wait_for(path: Path) -> None:
    while not path.exists():
        sleep(0.01)


def run(task: Task) -> None:
    """Do what waits, until nothing does; then stop without a goodbye, which takes seconds."""
    if task.killed_after:
        kill_after(task.killed_after, task.waits_for)
    engine.HEARTBEAT_S = 0.5
    plugin = application(task)
    plugin.start_worker(pace=PACE, duties=())
    Path(task.directory, f"started.{os.getpid()}").touch()
    while DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False):
        sleep(0.02)
