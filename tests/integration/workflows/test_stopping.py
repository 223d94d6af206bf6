"""A process that is told to stop waits for nothing that hangs, however many things do."""

from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.workflows import worker as engine
from bittitan_plugin.workflows.worker import Worker
from tests.conftest import Databases

#: Seconds after which an operator's supervisor kills what it told to stop.
PROMISED_S = 10.0


class Watch:
    """Shows how much time was spent on waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0


class Hanging:
    """A thread, or steps at work, that never end: all the time they are given is spent."""

    ident = 1

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def start(self) -> None:
        """It hangs from now on."""

    def join(self, timeout: float | None = None) -> None:
        assert timeout is not None, "it would be waited for until it ends"
        self._watch.seconds += timeout

    drain = join


def test_however_much_hangs_a_worker_is_stopped_in_time(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    hanging: Any = Hanging(watch)
    url = databases.fresh("sqlite", tmp_path)
    application = build(Settings(database_url=url, var_dir=tmp_path, secret_keys=(generate_key(),)))
    worker = Worker(application.ports, url, 1)
    worker._runtime = worker._heart._thread = worker._timetable._thread = hanging
    worker._sweep._thread = hanging
    monkeypatch.setattr(engine, "Thread", lambda **_: hanging)
    monkeypatch.setattr(DBOS, "destroy", lambda **_: pytest.fail("nobody waits for it here"))

    worker.stop()

    assert 0 < watch.seconds <= PROMISED_S
    application.close()
