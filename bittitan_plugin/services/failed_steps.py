"""Steps that could not finish: said as a problem, and taken up again when a person says so."""

from enum import StrEnum
from typing import Self
from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.domain.reminders import due_reminder
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.workflow_ids import Workflow, remind_id, tell_id
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Where to look for what keeps a step from finishing.
_AT_PLATFORM, _AT_MAIL = " at the commerce platform", " (the mail server, mostly)"


class Step(StrEnum):
    """Steps after which an asset may be left half-way, as problems and checkpoints name them.

    Each with the workflow that takes it up again, which repeats the steps before it without effect;
    without one, the step is not repeated.
    """

    TELL_HOST = "tell_host", Workflow.SYNCHRONIZE, _AT_PLATFORM
    LINK_INVOICE = "link_invoice", Workflow.SYNCHRONIZE, _AT_PLATFORM
    SEND_WELCOME = "send_welcome", Workflow.SYNCHRONIZE
    ALERT_STAFF = "alert_staff"
    REVOKE = "revoke", Workflow.CANCEL
    ISSUE_CREDIT = "issue_credit", Workflow.CANCEL, _AT_PLATFORM
    ASK_REFUND = "ask_refund", Workflow.REFUND, _AT_PLATFORM
    ANNOUNCE = "announce", Workflow.CANCEL
    WITHDRAW = "withdraw", Workflow.WITHDRAW
    OVERRULE = "overrule"
    TELL_CUSTOMER = "tell_customer", Workflow.TELL, _AT_MAIL
    TELL_STAFF = "tell_staff", Workflow.TELL, _AT_MAIL
    TELL_REFUSED = "tell_refused"
    REMIND = "remind", Workflow.REMIND, _AT_MAIL

    workflow: Workflow | None
    where: str

    def __new__(cls, name: str, workflow: Workflow | None = None, where: str = "") -> Self:
        """That step by its name."""
        step = str.__new__(cls, name)
        step._value_ = name
        step.workflow, step.where = workflow, where
        return step


#: What staff do once the cause is gone.
_NEXT_STEPS = {
    Workflow.SYNCHRONIZE: "choose Synchronize on the asset; its coupon is safe.",
    Workflow.CANCEL: "cancel the asset again: it goes on where it stopped.",
    Workflow.REFUND: "ask for the refund again from here.",
    Workflow.WITHDRAW: "cancel the asset again: its coupon is revoked and nothing is credited, "
    "because the platform took the sale back itself.",
    Workflow.TELL: "have the message sent from here.",
    Workflow.REMIND: "have the reminder sent from here.",
}
_NOT_REPEATED = "Mend the cause; this message is not sent again, so tell them yourself."

#: What is to be said about a request in that state.
_NEWS = {
    RequestState.PENDING: News.RECEIVED,
    RequestState.WITHDRAWN: News.WITHDRAWN,
    RequestState.ACCEPTED: News.ACCEPTED,
    RequestState.REFUSED: News.REFUSED,
    RequestState.EXPIRED: News.EXPIRED,
}


def report(ports: Ports, installation_id: UUID, asset_id: UUID, step: Step, message: str) -> None:
    """The step cannot finish: what came before it stands, and staff are told how to go on."""
    half_revoked = step in (Step.REVOKE, Step.WITHDRAW)
    next_step = _NOT_REPEATED
    if step.workflow:
        next_step = f"Mend the cause{step.where}, then {_NEXT_STEPS[step.workflow]}"
    with ports.store.writing(installation_id) as work:
        work.problems.report(
            ProblemKind.CANCELLATION_STUCK if half_revoked else ProblemKind.FOLLOW_UP_FAILED,
            step_key(step, asset_id),
            message=f"The step '{step}' failed: {message}",
            next_step=next_step,
            at=ports.clock(),
            asset_id=asset_id,
            action=ProblemAction.RESUME if step.workflow else ProblemAction.NONE,
        )


def resume(
    ports: Ports, work: UnitOfWork, asset: Asset, workflow: Workflow, *arguments: str
) -> bool:
    """Start ``workflow`` once more if one of its steps is stuck. True when it was.

    Its problems are closed with it, so asking twice starts it once; the caller holds the asset's
    lock. A step that fails again raises its problem again.
    """
    open_problems = work.problems.open_of(asset.id)
    stuck = [
        key
        for step in Step
        if step.workflow is workflow and (key := step_key(step, asset.id)) in open_problems
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
    step = Step(name) if name in set(Step) else None
    workflow = step.workflow if step else None
    if step is None or workflow is None:
        return False
    if workflow not in (Workflow.TELL, Workflow.REMIND):
        comment = [""] if workflow in (Workflow.CANCEL, Workflow.REFUND) else []
        return resume(ports, work, asset, workflow, *comment)
    work.problems.resolve(problem.key, ports.clock())
    if workflow is Workflow.TELL:
        return _tell_again(work, asset, step)
    days = due_reminder(asset, ports.clock())
    if days is not None:  # else nobody needs to be reminded any more
        workflow_id = f"{remind_id(asset.id, days)}:resumed:{uuid4().hex}"
        work.enqueue(Workflow.REMIND, workflow_id, str(asset.id), str(days))
    return True


def _tell_again(work: UnitOfWork, asset: Asset, step: Step) -> bool:
    """Only the side that was not told, and the news as it stands now."""
    request = work.requests.latest_of(asset.id)
    if request is None:
        return False
    news = _NEWS[request.state]
    workflow_id = f"{tell_id(request.id, news)}:resumed:{uuid4().hex}"
    work.enqueue(Workflow.TELL, workflow_id, str(request.id), news, step)
    return True


def step_key(step: Step, asset_id: UUID) -> str:
    """Under which a step of an asset that cannot finish is kept as a problem."""
    return f"{step}:{asset_id}"
