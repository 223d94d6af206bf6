"""Steps that could not finish: said as a problem, and taken up again when a person says so."""

from enum import StrEnum
from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.domain.reminders import due_reminder
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.workflow_ids import (
    CANCEL,
    REFUND,
    REMIND,
    SYNCHRONIZE,
    TELL,
    WITHDRAW,
    remind_id,
    tell_id,
)
from bittitan_plugin.store.unit_of_work import UnitOfWork


class Step(StrEnum):
    """Steps after which an asset may be left half-way, as problems and checkpoints name them."""

    TELL_HOST = "tell_host"
    LINK_INVOICE = "link_invoice"
    SEND_WELCOME = "send_welcome"
    ALERT_STAFF = "alert_staff"
    REVOKE = "revoke"
    ISSUE_CREDIT = "issue_credit"
    ASK_REFUND = "ask_refund"
    ANNOUNCE = "announce"
    WITHDRAW = "withdraw"
    OVERRULE = "overrule"
    TELL_CUSTOMER = "tell_customer"
    TELL_STAFF = "tell_staff"
    TELL_REFUSED = "tell_refused"
    REMIND = "remind"


#: Which workflow takes a step up again. Each repeats the steps before it without effect.
_WORKFLOWS = {
    Step.TELL_HOST: SYNCHRONIZE,
    Step.LINK_INVOICE: SYNCHRONIZE,
    Step.SEND_WELCOME: SYNCHRONIZE,
    Step.REVOKE: CANCEL,
    Step.ISSUE_CREDIT: CANCEL,
    Step.ASK_REFUND: REFUND,
    Step.ANNOUNCE: CANCEL,
    Step.WITHDRAW: WITHDRAW,
    Step.TELL_CUSTOMER: TELL,
    Step.TELL_STAFF: TELL,
    Step.REMIND: REMIND,
}
#: Steps that only the commerce platform can keep from finishing.
_AT_PLATFORM = frozenset({Step.TELL_HOST, Step.LINK_INVOICE, Step.ISSUE_CREDIT, Step.ASK_REFUND})
_NEXT_STEPS = {
    SYNCHRONIZE: "Mend the cause{where}, then choose Synchronize on the asset; its coupon is safe.",
    CANCEL: "Mend the cause{where}, then cancel the asset again: it goes on where it stopped.",
    REFUND: "Mend the cause{where}, then ask for the refund again from here.",
    WITHDRAW: "Mend the cause, then cancel the asset again: its coupon is revoked and nothing is "
    "credited, because the platform took the sale back itself.",
    TELL: "Mend the cause (the mail server, mostly), then have the message sent from here.",
    REMIND: "Mend the cause (the mail server, mostly), then have the reminder sent from here.",
}

#: What is to be said about a request in that state.
_NEWS = {
    RequestState.PENDING: News.RECEIVED,
    RequestState.WITHDRAWN: News.WITHDRAWN,
    RequestState.ACCEPTED: News.ACCEPTED,
    RequestState.REFUSED: News.REFUSED,
    RequestState.EXPIRED: News.EXPIRED,
}
_NOT_REPEATED = "Mend the cause; this message is not sent again, so tell them yourself."


def report(ports: Ports, installation_id: UUID, asset_id: UUID, name: str, message: str) -> None:
    """The step cannot finish: what came before it stands, and staff are told how to go on."""
    step = Step(name)
    workflow = _WORKFLOWS.get(step)
    where = " at the commerce platform" if step in _AT_PLATFORM else ""
    half_revoked = step in (Step.REVOKE, Step.WITHDRAW)
    with ports.store.writing(installation_id) as work:
        work.problems.report(
            ProblemKind.CANCELLATION_STUCK if half_revoked else ProblemKind.FOLLOW_UP_FAILED,
            step_key(step, asset_id),
            message=f"The step '{step}' failed: {message}",
            next_step=_NEXT_STEPS[workflow].format(where=where) if workflow else _NOT_REPEATED,
            at=ports.clock(),
            asset_id=asset_id,
            action=ProblemAction.RESUME if workflow else ProblemAction.NONE,
        )


def resume(ports: Ports, work: UnitOfWork, asset: Asset, workflow: str, *arguments: str) -> bool:
    """Start ``workflow`` once more if one of its steps is stuck. True when it was.

    Its problems are closed with it, so asking twice starts it once; the caller holds the asset's
    lock. A step that fails again raises its problem again.
    """
    open_problems = work.problems.open_of(asset.id)
    stuck = [
        key
        for step, by in _WORKFLOWS.items()
        if by == workflow and (key := step_key(step, asset.id)) in open_problems
    ]
    if not stuck:
        return False
    for key in stuck:
        work.problems.resolve(key, ports.clock())
    workflow_id = f"{workflow}:{asset.id}:resumed:{uuid4().hex}"
    work.enqueue(workflow, workflow_id, str(asset.id), *arguments)
    return True


def resume_step(ports: Ports, work: UnitOfWork, asset: Asset, problem: Problem) -> bool:
    """Take up the one step that a problem is about. False when nothing can be taken up.

    The caller holds the asset's lock. A step that fails again raises its problem again.
    """
    name = problem.key.partition(":")[0]
    workflow = _WORKFLOWS.get(Step(name)) if name in set(Step) else None
    if workflow is None:
        return False
    if workflow not in (TELL, REMIND):
        comment = [""] if workflow in (CANCEL, REFUND) else []
        return resume(ports, work, asset, workflow, *comment)
    work.problems.resolve(problem.key, ports.clock())
    if workflow == TELL:
        return _tell_again(work, asset, Step(name))
    days = due_reminder(asset, ports.clock())
    if days is not None:  # else nobody needs to be reminded any more
        workflow_id = f"{remind_id(asset.id, days)}:resumed:{uuid4().hex}"
        work.enqueue(REMIND, workflow_id, str(asset.id), str(days))
    return True


def _tell_again(work: UnitOfWork, asset: Asset, step: Step) -> bool:
    """Only the side that was not told, and the news as it stands now."""
    request = work.requests.latest_of(asset.id)
    if request is None:
        return False
    news = _NEWS[request.state]
    workflow_id = f"{tell_id(request.id, news)}:resumed:{uuid4().hex}"
    work.enqueue(TELL, workflow_id, str(request.id), news, step)
    return True


def step_key(step: Step, asset_id: UUID) -> str:
    """Under which a step of an asset that cannot finish is kept as a problem."""
    return f"{step}:{asset_id}"
