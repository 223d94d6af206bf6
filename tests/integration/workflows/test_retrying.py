"""Steps that are tried again, on the real engine: what is recorded, what is waited for, what ends.

Each test is a short workflow of its own; its step fails with what the test tells it to.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from dbos import DBOS, SetWorkflowID, WorkflowSerializationFormat

from bittitan_plugin.domain.errors import (
    ErrorCode,
    OutcomeUnknown,
    PlatformOutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    Refusal,
    Rejected,
    Unavailable,
)
from bittitan_plugin.domain.retries import RetryPolicy
from bittitan_plugin.workflows.engine import retrying
from bittitan_plugin.workflows.engine.outcomes import StepFailed, to_record
from tests.world import World

pytestmark = pytest.mark.databases("sqlite", "postgresql")

POLICY = RetryPolicy(first_delay=0.1, longest_delay=0.2, give_up_after=3600)
IMPATIENT = RetryPolicy(first_delay=0.1, longest_delay=0.2, give_up_after=0.3)
PORTABLE = WorkflowSerializationFormat.PORTABLE

_failures: deque[BaseException] = deque()
_delays: list[str] = []
_calls: list[int] = []


def _work() -> str:
    _calls.append(1)
    if _failures:
        raise _failures.popleft()
    return "done"


def _delayed(code: ErrorCode, reason: str) -> None:
    _delays.append(f"{code}: {reason}")


@DBOS.workflow(name="test_attempt", serialization_type=PORTABLE)
def attempt_once(_name: str) -> dict[str, Any]:
    return to_record(retrying.attempt("step", _work))


@DBOS.workflow(name="test_persist", serialization_type=PORTABLE)
def persist(_name: str) -> str:
    try:
        return str(retrying.persist("step", POLICY, _work, on_delay=_delayed))
    except StepFailed as failure:
        return f"{failure.code} {failure.field}: {failure.message}"


@DBOS.workflow(name="test_give_up", serialization_type=PORTABLE)
def give_up(_name: str) -> str:
    try:
        return str(retrying.persist("step", IMPATIENT, _work))
    except StepFailed as failure:
        return f"{failure.code} {failure.field}: {failure.message}"


@DBOS.workflow(name="test_insist", serialization_type=PORTABLE)
def insist(_name: str) -> str | None:
    found: str | None = retrying.insist("step", _work)
    return found


Run = Callable[..., Any]


@pytest.fixture
def run(world: World) -> Iterator[Run]:
    """Runs a workflow whose step fails so before it works."""
    assert world.application.worker is not None
    for remembered in (_failures, _delays, _calls):
        remembered.clear()

    def start(workflow: Callable[[str], Any], *failures: BaseException, name: str = "") -> Any:
        _failures.extend(failures)
        with SetWorkflowID(name or f"test-{uuid4().hex}"):
            return DBOS.start_workflow(workflow, "").get_result()

    yield start
    _failures.clear()


def test_a_step_that_works_is_ok_with_its_result(run: Run) -> None:
    assert run(attempt_once) == {"ok": "done"}


@pytest.mark.parametrize("kind", [Unavailable, OutcomeUnknown])
def test_what_passes_by_itself_is_to_be_tried_again(run: Run, kind: type[Unavailable]) -> None:
    again = {"again": "busy", "code": "VENDOR_UNAVAILABLE", "asked": None}
    assert run(attempt_once, kind("busy")) == again


def test_a_vendor_that_names_a_time_is_asked_again_then(run: Run) -> None:
    assert run(attempt_once, Unavailable("busy", retry_after=7))["asked"] == 7


def test_a_refusal_of_ours_keeps_its_code_and_field(run: Run) -> None:
    refusal = Refusal(ErrorCode.NOT_FOUND, "No such order.", field="id")
    assert run(attempt_once, refusal) == {
        "failed": "NOT_FOUND",
        "message": "No such order.",
        "field": "id",
    }


def test_what_the_vendor_rejects_has_failed(run: Run) -> None:
    outcome = run(attempt_once, Rejected("BAD_SKU", "Unknown SKU.", field="sku"))
    assert (outcome["failed"], outcome["field"]) == ("VENDOR_REJECTED", "sku")


def test_what_the_platform_rejects_wears_the_platforms_name(run: Run) -> None:
    outcome = run(attempt_once, PlatformRejected("PERMISSION_DENIED", "Not yours.", field="id"))
    assert (outcome["failed"], outcome["field"]) == ("PLATFORM_REJECTED", "id")


@pytest.mark.parametrize("failure", [PlatformUnavailable("away"), PlatformOutcomeUnknown("away")])
def test_a_step_that_waits_for_the_platform_says_so(run: Run, failure: BaseException) -> None:
    run(persist, failure)
    assert _delays == ["PLATFORM_UNAVAILABLE: away"]


def test_a_step_that_waited_for_the_platform_in_vain_says_so(run: Run) -> None:
    ended = run(give_up, *[PlatformUnavailable("away")] * 50)
    assert ended == "PLATFORM_UNAVAILABLE None: away"


def test_a_defect_is_tried_again_and_its_text_is_not_stored(run: Run) -> None:
    outcome = run(attempt_once, RuntimeError("password is hunter2"))
    message = "unexpected RuntimeError; see the log"
    assert outcome == {"again": message, "code": "VENDOR_UNAVAILABLE", "asked": None}


def test_a_step_is_repeated_until_it_works(run: Run) -> None:
    assert run(persist, Unavailable("busy"), OutcomeUnknown("silence")) == "done"
    assert len(_calls) == 3


def test_the_reason_of_a_delay_is_told_once_before_the_first_wait(run: Run) -> None:
    run(persist, Unavailable("busy"), Unavailable("still busy"))
    assert _delays == ["VENDOR_UNAVAILABLE: busy"]


def test_nothing_is_told_of_a_step_that_works_at_once(run: Run) -> None:
    run(persist)
    assert _delays == []


@pytest.mark.parametrize(
    "failure",
    [Refusal(ErrorCode.INVALID, "No.", field="quantity"), Rejected("NO", "No.", field="sku")],
    ids=["refused", "rejected"],
)
def test_what_cannot_succeed_is_not_repeated(run: Run, failure: BaseException) -> None:
    assert run(persist, failure).endswith("No.")
    assert len(_calls) == 1


def test_a_step_is_given_up_when_its_time_is_over(run: Run) -> None:
    ended = run(give_up, *[Unavailable("busy")] * 50)
    assert ended == "VENDOR_UNAVAILABLE None: busy"
    assert 1 < len(_calls) < 50


def test_a_record_of_our_own_is_made_in_spite_of_a_database_that_went_away(run: Run) -> None:
    assert run(insist, RuntimeError("away"), RuntimeError("away")) == "done"


def test_a_record_that_cannot_be_made_ends_without_an_exception(run: Run) -> None:
    assert run(insist, Refusal(ErrorCode.NOT_FOUND, "It is gone.")) is None


def test_a_finished_workflow_is_not_run_again_under_its_id(run: Run) -> None:
    name = f"test-{uuid4().hex}"
    first = run(persist, Unavailable("busy"), name=name)
    again = run(persist, name=name)
    assert (first, again, len(_calls)) == ("done", "done", 2)
