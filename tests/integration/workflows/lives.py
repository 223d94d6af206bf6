"""A process whose worker is started, stopped and started again. Prints what it saw as JSON.

Run as ``python -m tests.integration.workflows.lives DATABASE_URL DIRECTORY``: there is one worker
per process, and the tests' own process has one already.
"""

import json
import sys
from pathlib import Path
from typing import Any

from dbos import DBOS

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.workers import WorkerRegistry
from tests.waiting import until


def _hand_in(application: Application, name: str) -> None:
    installation = open_installation(application.ports, "default").id
    with application.ports.store.writing(installation) as work:
        work.enqueue(Workflow.FOLLOW, name)


def _ended(name: str) -> str:
    def look() -> str | None:
        (found,) = DBOS.list_workflows(workflow_ids=[name], load_input=False)
        return None if found.status in ("ENQUEUED", "PENDING") else found.status

    return until(look)


def live(url: str, directory: str) -> dict[str, Any]:
    """Two lives of one application, with work handed in before, between and during them."""
    settings = Settings(database_url=url, var_dir=Path(directory), secret_keys=(generate_key(),))
    application = build(settings)
    registry = WorkerRegistry(application.engine, application.ports.clock)
    seen: dict[str, Any] = {"ended": []}
    _hand_in(application, "work-0")
    for life in (1, 2):
        application.start_worker(duties=())
        worker = application.worker
        application.start_worker(duties=())
        assert worker is not None
        seen[f"started twice in life {life}"] = application.worker is worker
        seen[f"alive in life {life}"] = len(registry.alive()), worker.is_beating
        seen["ended"].append(_ended(f"work-{life - 1}"))
        application.worker = None
        worker.stop()
        seen[f"alive after life {life}"] = len(registry.alive()), worker.is_beating
        _hand_in(application, f"work-{life}")
    application.close()
    return seen


if __name__ == "__main__":
    print(json.dumps(live(*sys.argv[1:])))  # noqa: T201 - the answer
