"""Steps that leave no record while all goes well, on the real engine."""

from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from dbos import DBOS, SetWorkflowID, WorkflowSerializationFormat

from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.domain.retries import RetryPolicy
from bittitan_plugin.workflows.engine.course import AT_ONCE, Course, at_once
from bittitan_plugin.workflows.engine.outcomes import StepFailed
from bittitan_plugin.workflows.engine.suspending import Left
from tests.fakes.host import line
from tests.world import SOLD, Shop, World

pytestmark = pytest.mark.databases("sqlite", "postgresql")

POLICY = RetryPolicy(first_delay=0.1, longest_delay=0.2, give_up_after=3600)

_called: list[str] = []
_failures: deque[BaseException] = deque()


def _step(name: str) -> Callable[[], str]:
    def act() -> str:
        _called.append(name)
        if name == "second" and _failures:
            raise _failures.popleft()
        return name

    return act


def _body(course: Course) -> str:
    try:
        for name in ("first", "second", "third"):
            course.persist(name, POLICY, _step(name))
    except StepFailed as failure:
        course.insist("report", _step("report"))
        return failure.message
    return "done"


@DBOS.workflow(name="test_course", serialization_type=WorkflowSerializationFormat.PORTABLE)
def walk(_name: str) -> str:
    return at_once(_body)


@pytest.fixture
def run(world: World) -> Callable[..., tuple[Any, list[str]]]:
    """Walks the course; returns what came of it and the names of its records."""
    assert world.application.worker is not None
    _called.clear()
    _failures.clear()

    def start(*failures: BaseException) -> tuple[Any, list[str]]:
        _failures.extend(failures)
        name = f"test-{uuid4().hex}"
        with SetWorkflowID(name):
            ended = DBOS.start_workflow(walk, "").get_result()
        return ended, [step["function_name"] for step in DBOS.list_workflow_steps(name)]

    return start


def test_while_all_goes_well_there_is_no_record(run: Callable[..., Any]) -> None:
    assert run() == ("done", [])


def test_each_step_is_done_once(run: Callable[..., Any]) -> None:
    run()
    assert _called == ["first", "second", "third"]


def test_from_a_failure_on_steps_have_their_own_records(run: Callable[..., Any]) -> None:
    ended, records = run(Unavailable("busy"))
    assert (ended, records) == ("done", [AT_ONCE, "wait_until", "second", "third"])


def test_what_succeeded_before_a_failure_is_not_done_again(run: Callable[..., Any]) -> None:
    run(Unavailable("busy"))
    assert _called == ["first", "second", "second", "third"]


def test_what_is_refused_at_once_is_not_tried_again(run: Callable[..., Any]) -> None:
    ended, records = run(Refusal(ErrorCode.INVALID, "No."))
    assert (ended, records) == ("No.", [AT_ONCE, "report"])


def test_what_only_failures_lead_to_is_done_after_the_record(run: Callable[..., Any]) -> None:
    run(Refusal(ErrorCode.INVALID, "No."))
    assert _called == ["first", "second", "report"]


def test_a_course_that_is_cut_short_records_nothing() -> None:
    from bittitan_plugin.workflows.engine.course import _Ahead

    _called.clear()
    _failures.append(Left())
    with pytest.raises(Left):
        _Ahead({}).run(_body)


def test_a_sale_that_goes_well_has_no_record(shop: Shop) -> None:
    shop.buy(line())
    (sale,) = DBOS.list_workflows(workflow_id_prefix=f"provision:{shop.id}:", load_input=False)
    names = [step["function_name"] for step in DBOS.list_workflow_steps(sale.workflow_id)]
    assert (names, shop.tally()) == ([], SOLD)


def test_the_records_of_a_sale_hold_no_code(shop: Shop) -> None:
    shop.world.mailer.failures.append(Unavailable("busy"))
    asset = shop.buy(line())
    assert asset.coupon_code is not None
    code = shop.ports.cipher.open(asset.coupon_code)
    (sale,) = DBOS.list_workflows(workflow_id_prefix=f"provision:{shop.id}:", load_input=False)
    records = DBOS.list_workflow_steps(sale.workflow_id)
    assert records
    assert code not in repr(records)
