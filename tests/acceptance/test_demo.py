"""The demo is the product's promise in a minute: it plays the story and says what happened."""

import json

from tests.acceptance.processes import run


def test_the_demo_ends_well_and_its_json_holds_ids_and_amounts() -> None:
    finished = run("demo", "--json")

    assert finished.returncode == 0, finished.stdout + finished.stderr
    facts = json.loads(finished.stdout)
    assert facts["total"] == {"amount": 350.0, "currency": "USD"}
    assert facts["credited"] == {"amount": "350.00", "currency": "USD"}
    assert facts["emails"] == 1
    assert facts["status"] == "CANCELLED"
    assert facts["secondCancellation"] == "ALREADY_CANCELLED"


def test_the_demo_tells_the_story_in_plain_lines_where_there_is_no_terminal() -> None:
    finished = run("demo")

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Staff cancel it" in finished.stdout
    assert "\x1b[" not in finished.stdout
