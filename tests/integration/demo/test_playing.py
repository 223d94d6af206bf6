"""``demo`` when the story goes otherwise: status 1, and the step that failed."""

import json

import pytest

from tests.integration.demo.playing import VENDORS, Ended, perform

#: At which step each fault shows, and a word of why.
SHOWS = {
    "another password": ("step 1", "password"),
    "issues nothing": ("step 3", "the coupon did not arrive"),
    "is away": ("step 3", "the coupon did not arrive"),
}
#: Every one as JSON, and one as text.
PLAYS = [*((wrong, True) for wrong in VENDORS), ("issues nothing", False)]
Played = dict[tuple[str, bool], Ended]


@pytest.fixture(scope="module")
def played() -> Played:
    """What each of them came to."""
    return dict(zip(PLAYS, perform(*PLAYS), strict=True))


def test_every_fault_has_its_step() -> None:
    assert SHOWS.keys() == VENDORS.keys()


@pytest.mark.parametrize("wrong", VENDORS)
def test_json_names_the_step_that_failed_and_why(played: Played, wrong: str) -> None:
    ended = played[wrong, True]
    step, why = SHOWS[wrong]
    failed = json.loads(ended.output)["failed"]
    assert (ended.status, failed.startswith(step), why in failed) == (1, True, True), failed


def test_text_tells_the_steps_that_went_well_and_then_the_one_that_failed(played: Played) -> None:
    ended = played["issues nothing", False]
    lines = ended.output.splitlines()
    assert ended.status == 1
    assert "A reseller orders 25 mailbox licences" in lines[2]
    assert lines[-1].startswith("FAILED at step 3: the coupon did not arrive within")


def test_a_failed_demo_shows_no_traceback(played: Played) -> None:
    shown = {play: ended.output + ended.errors for play, ended in played.items()}
    assert [play for play, words in shown.items() if "Traceback" in words] == []
