"""A worker's life in its process: started, stopped, and started again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Databases
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture(scope="module")
def seen(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """What a process saw that lived through two lives of its worker."""
    directory: Path = tmp_path_factory.mktemp("lives")
    command = [sys.executable, "-m", "tests.integration.workflows.lives"]
    url = databases.fresh(database_kind, directory)
    command += [url, str(directory)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.returncode == 0, ended.stderr
    yield json.loads(ended.stdout)
    databases.drop(url)


def test_work_handed_in_before_the_start_is_done(seen: Any) -> None:
    assert seen["ended"][0] == "SUCCESS"


def test_work_handed_in_while_it_was_stopped_is_done_by_the_next(seen: Any) -> None:
    assert seen["ended"][1] == "SUCCESS"


@pytest.mark.parametrize("life", [1, 2])
def test_a_started_worker_is_known_and_beats(seen: Any, life: int) -> None:
    assert seen[f"alive in life {life}"] == [1, True]


@pytest.mark.parametrize("life", [1, 2])
def test_a_stopped_worker_has_signed_off(seen: Any, life: int) -> None:
    assert seen[f"alive after life {life}"] == [0, False]


@pytest.mark.parametrize("life", [1, 2])
def test_starting_again_what_runs_does_nothing(seen: Any, life: int) -> None:
    assert seen[f"started twice in life {life}"] is True
