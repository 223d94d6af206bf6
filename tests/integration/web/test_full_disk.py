"""The disk is full: each door says so, and as soon as there is room all is as before."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import Databases
from tests.integration.web import without_room

Told = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def told(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What a shop answered with room, without, and with room again."""
    directory = tmp_path_factory.mktemp("full")
    url = databases.fresh("sqlite", directory)
    command = [sys.executable, "-m", without_room.__name__, url, str(directory)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answers: Told = json.loads(done.stdout)
    return answers


def test_a_shop_that_cannot_commit_is_not_ready_and_is_alive(told: Told) -> None:
    assert [each["ready"] for each in told.values()] == [
        [200, "ok"],
        [503, "cannot be written: the disk is full or broken"],
        [200, "ok"],
    ]
    assert {each["live"] for each in told.values()} == {200}


def test_graphql_answers_503_with_the_reason_and_no_internal_error(told: Told) -> None:
    statuses = [each["graphql"][0] for each in told.values()]
    assert statuses == [200, 503, 200]
    (error,) = told["without room"]["graphql"][1]
    assert error["extensions"]["exception"]["code"] == "DatabaseUnavailable"
    assert error["message"] == (
        "The database cannot be written: the disk is full or broken. "
        "See what became of it, then send it again."
    )


def test_a_page_says_that_the_database_cannot_be_written_and_why(told: Told) -> None:
    assert [each["page"][0] for each in told.values()] == [422, 503, 422]
    page = told["without room"]["page"][1]
    assert "The database cannot be written" in page
    assert "the disk is full or broken" in page
