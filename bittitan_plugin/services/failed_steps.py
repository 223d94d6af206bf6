"""Reports steps that could not finish as problems, and resumes them when a person asks."""

from enum import StrEnum
from typing import Self
from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.domain.reminders import due_reminder
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.workflow_ids import Side, Workflow, remind_id, tell_id
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Where to look for the cause of a failed step.
_AT_PLATFORM, _AT_MAIL = " at the commerce platform", " (the mail server, mostly)"


class Step(StrEnum):
    """Steps that may leave an asset incomplete, by their names in problems and retries.

    Each has the workflow that resumes it, which repeats the steps before it without effect;
    without a workflow, the step is not repeated.
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
    TELL_CUSTOMER = Side.CUSTOMER.value, Workflow.TELL, _AT_MAIL
    TELL_STAFF = Side.STAFF.value, Workflow.TELL, _AT_MAIL
    TELL_REFUSED = "tell_refused"
    REMIND = "remind", Workflow.REMIND, _AT_MAIL

    workflow: Workflow | None
    where: str

    def __new__(cls, name: str, workflow: Workflow | None = None, where: str = "") -> Self:
        """Make the member with its name as value."""
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

#: The news about a request in that state.
_NEWS = {
    RequestState.PENDING: News.RECEIVED,
    RequestState.WITHDRAWN: News.WITHDRAWN,
    RequestState.ACCEPTED: News.ACCEPTED,
    RequestState.REFUSED: News.REFUSED,
    RequestState.EXPIRED: News.EXPIRED,
}


def report(tenant: Tenant, asset_id: UUID, step: Step, message: str) -> None:
    """Report that the step cannot finish: earlier steps remain, and staff learn how to continue."""
    half_revoked = step in (Step.REVOKE, Step.WITHDRAW)
    next_step = _NOT_REPEATED
    if step.workflow:
        next_step = f"Mend the cause{step.where}, then {_NEXT_STEPS[step.workflow]}"
    with tenant.writing() as work:
        work.problems.report(
            ProblemKind.CANCELLATION_STUCK if half_revoked else ProblemKind.FOLLOW_UP_FAILED,
            step_key(step, asset_id),
            message=f"The step '{step}' failed: {message}",
            next_step=next_step,
            at=tenant.ports.clock(),
            asset_id=asset_id,
            action=ProblemAction.RESUME if step.workflow else ProblemAction.NONE,
        )


def resume(
    ports: Ports, work: UnitOfWork, asset: Asset, workflow: Workflow, *arguments: str
) -> bool:
    """Start ``workflow`` again if one of its steps has failed. True when one had.

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
    """Resume the step that a problem is about. False when it cannot be resumed.

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
    if days is not None:  # otherwise no reminder is needed any more
        workflow_id = f"{remind_id(asset.id, days)}:resumed:{uuid4().hex}"
        work.enqueue(Workflow.REMIND, workflow_id, str(asset.id), str(days))
    return True


def _tell_again(work: UnitOfWork, asset: Asset, step: Step) -> bool:
    """Notify only the side that was not notified, with the present news."""
    request = work.requests.latest_of(asset.id)
    if request is None:
        return False
    news = _NEWS[request.state]
    workflow_id = f"{tell_id(request.id, news, step)}:resumed:{uuid4().hex}"
    work.enqueue(Workflow.TELL, workflow_id, str(request.id), news, step)
    return True


def step_key(step: Step, asset_id: UUID) -> str:
    """The key of the problem about an asset's step that cannot finish."""
    return f"{step}:{asset_id}"
