"""Steps that could not finish: said as a problem, and taken up again when a person says so."""

from enum import StrEnum
from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.durable import CANCEL, SYNCHRONIZE, WITHDRAW
from bittitan_plugin.services.ports import Ports
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
    REMIND = "remind"


#: Which workflow takes a step up again. Each repeats the steps before it without effect.
_WORKFLOWS = {
    Step.TELL_HOST: SYNCHRONIZE,
    Step.LINK_INVOICE: SYNCHRONIZE,
    Step.SEND_WELCOME: SYNCHRONIZE,
    Step.REVOKE: CANCEL,
    Step.ISSUE_CREDIT: CANCEL,
    Step.ASK_REFUND: CANCEL,
    Step.ANNOUNCE: CANCEL,
    Step.WITHDRAW: WITHDRAW,
}
_NEXT_STEPS = {
    SYNCHRONIZE: "Mend the cause, then choose Synchronize on the asset; its coupon is safe.",
    CANCEL: "Mend the cause, then cancel the asset again: it goes on where it stopped.",
    WITHDRAW: "Mend the cause, then cancel the asset again: its coupon is revoked and nothing is "
    "credited, because the platform took the sale back itself.",
}

_NOT_REPEATED = "Mend the cause; this message is not sent again, so tell them yourself."


def report(ports: Ports, installation_id: UUID, asset_id: UUID, name: str, message: str) -> None:
    """The step cannot finish: what came before it stands, and staff are told how to go on."""
    step = Step(name)
    workflow = _WORKFLOWS.get(step)
    half_revoked = step in (Step.REVOKE, Step.WITHDRAW)
    with ports.store.writing(installation_id) as work:
        work.problems.report(
            ProblemKind.CANCELLATION_STUCK if half_revoked else ProblemKind.FOLLOW_UP_FAILED,
            _key(step, asset_id),
            message=f"The step '{step}' failed: {message}",
            next_step=_NEXT_STEPS[workflow] if workflow else _NOT_REPEATED,
            at=ports.clock(),
            asset_id=asset_id,
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
        if by == workflow and (key := _key(step, asset.id)) in open_problems
    ]
    if not stuck:
        return False
    for key in stuck:
        work.problems.resolve(key, ports.clock())
    workflow_id = f"{workflow}:{asset.id}:resumed:{uuid4().hex}"
    work.enqueue(workflow, workflow_id, str(asset.id), *arguments)
    return True


def _key(step: Step, asset_id: UUID) -> str:
    return f"{step}:{asset_id}"
