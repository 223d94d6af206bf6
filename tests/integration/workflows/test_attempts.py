"""Attempts at work of which steps fail: what is stored, how long is waited, and what ends it.

Each test has a piece of work of its own, whose step fails with what the test tells it to; it is
done by hand, so that time passes when nothing is left but to wait.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session

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
from bittitan_plugin.domain.retries import FOLLOW_UP, Retry, RetryPolicy
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from bittitan_plugin.workflows.asset_steps import follow_up
from bittitan_plugin.workflows.engine.attempts import BETWEEN_STEPS, SPREAD, Attempt, StepFailed
from bittitan_plugin.workflows.engine.definition import FUNCTIONS, run_again, run_first
from bittitan_plugin.workflows.engine.sweep import Sweep
from tests.by_hand import Backlog, Hands, ShopByHand
from tests.fakes.host import FakePlatform, line
from tests.integration.racing import at_once
from tests.tables import every
from tests.world import BEGINNING, SOLD

pytestmark = pytest.mark.databases("sqlite", "postgresql")

POLICY = RetryPolicy(first_delay=1, longest_delay=4, give_up_after=3600)
IMPATIENT = RetryPolicy(first_delay=1, longest_delay=4, give_up_after=20)
#: More failures than any policy here puts up with.
MANY = 10_000


@dataclass
class Work:
    """A piece of work with a step that fails as often as it is told to."""

    shop: ShopByHand
    failures: deque[BaseException] = field(default_factory=deque)
    policy: RetryPolicy = POLICY
    calls: int = 0
    notes: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    id: str = ""

    def __call__(self, attempt: Attempt) -> str:
        try:
            self.ended.append(attempt.step("step", self.policy, self._act, note=self._note))
        except StepFailed as failure:
            self.ended.append(f"{failure.code} {failure.field}: {failure.message}")
        return "ended"

    def begin(self, *failures: BaseException) -> None:
        """Hand it in, and make the first attempt."""
        self.failures.extend(failures)
        self.id = f"test-{uuid4().hex}"
        with self.shop.tenant.writing() as work:
            work.enqueue(Workflow.FOLLOW, self.id)
        with self.shop.at_work():
            self.shop.backlog.waiting.pop(0).begin()

    def end(self, *failures: BaseException) -> list[str]:
        """Hand it in, and do all of it. Returns how it ended."""
        self.begin(*failures)
        self.shop.settle()
        assert self.shop.waiting() == []
        return self.ended

    def waiting(self) -> Retry:
        (waiting,) = self.shop.waiting()
        return waiting

    def _act(self) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.popleft()
        return "done"

    def _note(self, _work: UnitOfWork, code: ErrorCode, reason: str) -> None:
        self.notes.append(f"{code}: {reason}")


@pytest.fixture
def work(shop_by_hand: ShopByHand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    made = Work(shop_by_hand)
    monkeypatch.setitem(FUNCTIONS, Workflow.FOLLOW, made)
    yield made
    made.failures.clear()
    shop_by_hand.settle()


def test_a_step_that_works_ends_the_work_and_nothing_waits(work: Work) -> None:
    work.begin()
    assert (work.ended, work.shop.waiting()) == (["done"], [])


@pytest.mark.parametrize("kind", [Unavailable, OutcomeUnknown])
def test_what_passes_by_itself_is_to_be_tried_again(work: Work, kind: type[Unavailable]) -> None:
    work.begin(kind("busy"))
    waiting = work.waiting()
    assert (waiting.id, waiting.workflow, waiting.step) == (work.id, Workflow.FOLLOW, "step")
    assert (waiting.error_code, waiting.reason) == (ErrorCode.VENDOR_UNAVAILABLE, "busy")
    assert (waiting.attempt, waiting.is_handed_in, work.ended) == (1, False, [])


def test_a_vendor_that_names_a_time_is_asked_again_then_or_a_little_later(work: Work) -> None:
    work.begin(Unavailable("busy", retry_after=70))
    wait = work.waiting().next_attempt_at - work.waiting().since
    assert timedelta(seconds=70) <= wait <= timedelta(seconds=70 * (1 + SPREAD))


def test_each_wait_is_as_long_as_was_waited_so_far_up_to_a_limit(work: Work) -> None:
    waits = []
    work.begin(*[Unavailable("busy")] * 6)
    while waiting := work.shop.waiting():
        waits.append((waiting[0].next_attempt_at - work.shop.hands.now()).total_seconds())
        make_next_attempt(work)
    assert (waits, work.ended) == ([1, 2, 4, 4, 4, 4], ["done"])


def make_next_attempt(work: Work) -> None:
    """Once it is due."""
    waiting, shop = work.waiting(), work.shop
    shop.hands.wait_until(waiting.next_attempt_at)
    with shop.tenant.writing() as unit:
        for retry in unit.retries.take_due([waiting.id], shop.hands.now()):
            unit.enqueue_retry(retry)
    with shop.at_work():
        shop.backlog.waiting.pop(0).begin()


def test_a_refusal_of_ours_keeps_its_code_and_field(work: Work) -> None:
    refusal = Refusal(ErrorCode.NOT_FOUND, "No such order.", field="id")
    assert work.end(refusal) == ["NOT_FOUND id: No such order."]


def test_what_the_vendor_rejects_has_failed(work: Work) -> None:
    rejected = Rejected("BAD_SKU", "Unknown SKU.", field="sku")
    assert work.end(rejected) == ["VENDOR_REJECTED sku: Unknown SKU."]


def test_what_the_platform_rejects_wears_the_platforms_name(work: Work) -> None:
    rejected = PlatformRejected("PERMISSION_DENIED", "Not yours.", field="id")
    assert work.end(rejected) == ["PLATFORM_REJECTED id: Not yours."]


@pytest.mark.parametrize("failure", [PlatformUnavailable("away"), PlatformOutcomeUnknown("away")])
def test_a_step_that_waits_for_the_platform_says_so(work: Work, failure: BaseException) -> None:
    work.end(failure)
    assert work.notes == ["PLATFORM_UNAVAILABLE: away"]


def test_a_step_that_waited_for_the_platform_in_vain_says_so(work: Work) -> None:
    work.policy = IMPATIENT
    ended = work.end(*[PlatformUnavailable("away")] * MANY)
    assert ended == ["PLATFORM_UNAVAILABLE None: away"]


def test_a_defect_is_tried_again_and_its_text_is_not_stored(work: Work) -> None:
    work.begin(RuntimeError("password is hunter2"))
    waiting = work.waiting()
    assert (waiting.error_code, waiting.reason) == (
        ErrorCode.VENDOR_UNAVAILABLE,
        "unexpected RuntimeError; see the log",
    )
    assert "hunter2" not in repr((waiting, work.notes))


def test_a_step_is_repeated_until_it_works(work: Work) -> None:
    assert work.end(Unavailable("busy"), OutcomeUnknown("silence")) == ["done"]
    assert work.calls == 3


def test_the_reason_of_a_delay_is_noted_once(work: Work) -> None:
    work.end(Unavailable("busy"), Unavailable("still busy"))
    assert work.notes == ["VENDOR_UNAVAILABLE: busy"]


def test_another_reason_of_the_same_delay_is_noted_too(work: Work) -> None:
    work.end(Unavailable("busy"), PlatformUnavailable("away"), PlatformUnavailable("still away"))
    assert work.notes == ["VENDOR_UNAVAILABLE: busy", "PLATFORM_UNAVAILABLE: away"]


def test_nothing_is_noted_of_a_step_that_works_at_once(work: Work) -> None:
    work.end()
    assert work.notes == []


@pytest.mark.parametrize(
    "failure",
    [Refusal(ErrorCode.INVALID, "No.", field="quantity"), Rejected("NO", "No.", field="sku")],
    ids=["refused", "rejected"],
)
def test_what_cannot_succeed_is_not_repeated(work: Work, failure: BaseException) -> None:
    (ended,) = work.end(failure)
    assert (ended.endswith("No."), work.calls) == (True, 1)


def test_a_step_is_given_up_when_its_time_is_over(work: Work) -> None:
    work.policy = IMPATIENT
    began = work.shop.hands.now()
    assert work.end(*[Unavailable("busy")] * MANY) == ["VENDOR_UNAVAILABLE None: busy"]
    took = (work.shop.hands.now() - began).total_seconds()
    # At 1, 2 and 4 seconds, then every 4: the seventh comes when its 20 seconds are over.
    assert (work.calls, took) == (8, 23)


def test_the_patience_with_a_step_begins_when_that_step_fails(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = deque([Unavailable("away")] * 5)

    def fails() -> None:
        if earlier:
            raise earlier.popleft()

    def both(attempt: Attempt) -> str:
        attempt.step("earlier", IMPATIENT, fails)
        return work(attempt)

    monkeypatch.setitem(FUNCTIONS, Workflow.FOLLOW, both)
    work.policy = IMPATIENT
    assert work.end(*[Unavailable("busy")] * 5) == ["done"]


@every("failure, problems", [(Refusal(ErrorCode.INVALID, "Not like that."), 1), (None, 0)])
def test_a_step_that_is_over_is_not_begun_again_and_reported_once_if_it_was_given_up(
    work: Work, monkeypatch: pytest.MonkeyPatch, failure: Exception | None, problems: int
) -> None:
    asset = work.shop.buy(line())
    begun: list[int] = []

    def act() -> None:
        begun.append(1)
        if failure is not None:
            raise failure

    def both(attempt: Attempt) -> str:
        follow_up(attempt, asset.id, Step.TELL_HOST, act)
        return work(attempt)

    monkeypatch.setitem(FUNCTIONS, Workflow.FOLLOW, both)
    before = len(work.shop.problems())
    work.begin(Unavailable("busy"), Unavailable("busy"))
    assert work.waiting().settled == (Step.TELL_HOST,)
    work.shop.settle()
    reported = work.shop.problems()[before:]
    assert (len(begun), work.ended[-1]) == (1, "done")
    assert [each.occurrences for each in reported] == [1] * problems


@every(
    "failure",
    [
        RuntimeError("a defect"),
        OperationalError("UPDATE", {}, Exception("the connection broke")),
        Refusal(ErrorCode.NOT_FOUND, "It is gone."),
    ],
)
def test_what_fails_between_the_steps_waits_too(
    work: Work, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    failures = deque([failure] * 3)

    def records(attempt: Attempt) -> str:
        if failures:
            raise failures.popleft()
        return work(attempt)

    monkeypatch.setitem(FUNCTIONS, Workflow.FOLLOW, records)
    work.ended.clear()
    work.begin()
    assert work.waiting().step == BETWEEN_STEPS
    work.shop.settle()
    assert work.ended == ["done"]


def test_what_fails_between_the_steps_is_never_given_up(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = deque([RuntimeError("a defect")] * 2)

    def records(attempt: Attempt) -> str:
        if failures:
            raise failures.popleft()
        return work(attempt)

    monkeypatch.setitem(FUNCTIONS, Workflow.FOLLOW, records)
    work.begin()
    work.shop.hands.moment += timedelta(seconds=10 * FOLLOW_UP.give_up_after)
    make_next_attempt(work)
    assert (work.waiting().attempt, work.waiting().step) == (2, BETWEEN_STEPS)
    work.shop.settle()
    assert work.ended == ["done"]


def test_an_attempt_that_is_out_of_date_does_nothing(work: Work) -> None:
    work.begin(Unavailable("busy"), Unavailable("busy"))
    make_next_attempt(work)
    waiting, calls = work.waiting(), work.calls
    with work.shop.at_work():
        ended = [run_again(work.shop.id, work.id, number) for number in (0, 1, 3)]
    assert ended == ["out of date"] * 3
    assert (work.waiting(), work.calls) == (waiting, calls)


def test_an_attempt_at_work_that_is_done_does_nothing(work: Work) -> None:
    work.end(Unavailable("busy"))
    with work.shop.at_work():
        assert run_again(work.shop.id, work.id, 1) == "out of date"
    assert work.calls == 2


@pytest.mark.parametrize("still", [0, 1], ids=["it works now", "it still fails"])
def test_a_crash_before_the_engine_recorded_the_end_leaves_one_retry(
    work: Work, still: int
) -> None:
    work.begin(*[Unavailable("busy")] * (1 + still))
    waiting = work.waiting()
    with work.shop.at_work():  # the engine has the first attempt made again
        run_first(work.id, Workflow.FOLLOW, work.shop.id, ())
    assert (work.waiting(), work.calls, work.notes) == (waiting, 2, ["VENDOR_UNAVAILABLE: busy"])
    work.shop.settle()
    assert (work.shop.waiting(), work.ended[-1]) == ([], "done")


def test_a_later_attempt_made_twice_plans_one_more(work: Work) -> None:
    work.begin(*[Unavailable("busy")] * 4)
    make_next_attempt(work)
    second = work.waiting()
    with work.shop.at_work():
        assert run_again(work.shop.id, work.id, 1) == "out of date"
    assert (work.waiting(), second.attempt) == (second, 2)


def test_a_sale_whose_first_attempt_is_made_twice_leaves_one_of_everything(
    shop_by_hand: ShopByHand,
) -> None:
    shop = shop_by_hand
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    (job,) = shop.backlog.waiting
    with shop.at_work():
        assert [job.begin(), job.begin()] == ["provisioned", "provisioned"]
    shop.settle()
    assert shop.tally() == SOLD


def test_a_sale_whose_first_attempt_is_made_by_many_at_once_leaves_one_of_everything(
    shop_by_hand: ShopByHand,
) -> None:
    shop = shop_by_hand
    shop.fire("order_fully_paid", shop.host.place(line()))
    job = shop.backlog.waiting.pop()

    def make() -> str:
        with shop.at_work():
            return job.begin()

    at_once(4, make)
    shop.settle()
    assert shop.tally() == SOLD


def test_a_sale_is_tried_again_from_its_beginning_and_asks_bittitan_once(
    shop_by_hand: ShopByHand,
) -> None:
    shop = shop_by_hand
    shop.sandbox.sandbox.faults.add("idempotency_off")  # it would issue again if it were asked
    shop.world.mailer.failures.extend([Unavailable("busy")] * 3)
    shop.buy(line())
    assert shop.tally() == SOLD


def test_looks_at_once_hand_each_attempt_in_once(work: Work) -> None:
    for _ in range(5):
        work.begin(Unavailable("busy"))
        work.failures.clear()
    shop, queue = work.shop, Recorder()
    shop.hands.wait_until(max(each.next_attempt_at for each in shop.waiting()))
    ports = replace(shop.ports, store=Store(shop.world.application.engine, queue))
    here = Hands(ports)
    here.moment = shop.hands.moment
    at_once(4, lambda: Sweep(here).hand_in_due())
    ours = [retry.id for retry in queue.handed_in if retry.id.startswith("test-")]
    assert (len(ours), len(set(ours))) == (5, 5)
    shop.backlog.waiting += [job for job in queue.waiting if ":test-" in job.id]


class Recorder(Backlog):
    """Remembers every attempt that was handed in, however often."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_in: list[Retry] = []

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        self.handed_in.append(retry)
        super().enqueue_retry(session, installation_id, retry)


def test_what_is_not_due_is_not_handed_in(work: Work) -> None:
    work.begin(Unavailable("busy"))
    Sweep(work.shop.hands).hand_in_due()
    assert (work.waiting().is_handed_in, work.shop.backlog.waiting) == (False, [])


class Broken(Recorder):
    """Cannot take what belongs to one installation."""

    def __init__(self, installation: UUID) -> None:
        super().__init__()
        self._installation = installation

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        if installation_id == self._installation:
            raise DataError("INSERT", {}, Exception("a value of its own"))
        super().enqueue_retry(session, installation_id, retry)


def test_what_cannot_be_handed_in_for_one_installation_keeps_no_other_waiting(work: Work) -> None:
    work.begin(Unavailable("busy"))
    shop, waiting = work.shop, work.waiting()
    theirs = shop.world.application.attach(f"other-{uuid4().hex}", FakePlatform())
    earlier = replace(waiting, id="theirs", next_attempt_at=BEGINNING - timedelta(days=1))
    with shop.ports.store.writing(theirs) as unit:
        unit.retries.put(earlier)
    queue = Broken(theirs)
    here = Hands(replace(shop.ports, store=Store(shop.world.application.engine, queue)))
    here.moment = waiting.next_attempt_at
    Sweep(here).hand_in_due()
    assert waiting.id in [retry.id for retry in queue.handed_in]
    with shop.ports.store.writing(theirs) as unit:
        assert unit.retries.find("theirs") == earlier
        unit.retries.remove(earlier)
    shop.backlog.waiting += [job for job in queue.waiting if waiting.id in job.id]
