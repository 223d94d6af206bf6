"""A process that begins to take work is known to the others by then, and not taken for dead."""

from pathlib import Path
from typing import Any

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.clock import system_clock
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.store.workers import WorkerRegistry
from bittitan_plugin.workflows import worker as engine
from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.worker import Worker
from tests.conftest import Databases


class Launched(Exception):
    """The engine takes work from now on."""


class Engine:
    """Stands in for DBOS up to its launch."""

    def __init__(self, *, config: Any) -> None:
        assert config["executor_id"]

    @staticmethod
    def launch() -> None:
        raise Launched


def test_a_worker_is_known_to_be_alive_before_it_takes_any_work(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = databases.fresh("sqlite", tmp_path)
    application = build(Settings(database_url=url, var_dir=tmp_path, secret_keys=(generate_key(),)))
    worker = Worker(application.ports, url, 1)
    monkeypatch.setattr(runtime, "_bound", [])
    monkeypatch.setattr(engine, "DBOS", Engine)
    with pytest.raises(Launched):
        worker.start()
    alive = WorkerRegistry(application.engine, system_clock).alive()
    application.close()
    assert alive == {worker.executor_id}
