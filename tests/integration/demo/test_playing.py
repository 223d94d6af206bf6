"""``demo`` when the story goes otherwise: status 1, and the step that failed."""

import json

import pytest

from tests.integration.demo.stage import VENDORS, perform

#: At which step each fault shows, and a word of why.
SHOWS = {
    "another password": ("step 1", "password"),
    "issues nothing": ("step 3", "the coupon did not arrive"),
    "is away": ("step 3", "the coupon did not arrive"),
}


def test_every_fault_has_its_step() -> None:
    assert SHOWS.keys() == VENDORS.keys()


@pytest.mark.parametrize("wrong", VENDORS)
def test_json_names_the_step_that_failed_and_why(wrong: str) -> None:
    ended = perform(wrong, "--json")
    step, why = SHOWS[wrong]
    failed = json.loads(ended.stdout)["failed"]
    assert (ended.returncode, failed.startswith(step), why in failed) == (1, True, True), failed


def test_text_tells_the_steps_that_went_well_and_then_the_one_that_failed() -> None:
    ended = perform("issues nothing")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 1
    assert "A reseller orders 25 mailbox licences" in lines[2]
    assert lines[-1].startswith("FAILED at step 3: the coupon did not arrive within")


def test_a_failed_demo_shows_no_traceback() -> None:
    ended = perform("another password")
    assert "Traceback" not in ended.stdout + ended.stderr
