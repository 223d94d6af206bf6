"""Acts on a problem by its button, and dismisses problems.

A problem closes by itself when its cause is gone; acting enqueues what may fix it, and refuses with
a message where nothing can be done from here.
"""

from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.domain.problems import Problem, ProblemAction
from bittitan_plugin.services.accounts import synchronizing as accounts
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.coupons import held_coupons
from bittitan_plugin.services.failed_steps import resume_step
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.services.selling import held_lines, ordering, synchronization
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.unit_of_work import UnitOfWork


def act(tenant: Tenant, problem_id: UUID, actor: Actor) -> Problem:
    """Do the problem's ``action``; returns the problem as it is now.

    The work is durable and may still be in progress. Raises ``Refusal``: NOT_FOUND,
    PLUGIN_INACTIVE, INVALID where there is no button, and the action's own refusals; and what the
    vendor or the platform raises.
    """
    with tenant.reading() as work:
        work.installations.by_id(tenant.id).check_active()
        problem = work.problems.get(problem_id)
    if problem.resolved_at is not None:
        return problem
    _ACTS[problem.action](tenant, problem, actor)
    with tenant.writing() as work:
        _record(tenant, work, problem, actor, "done", problem.action)
        return work.problems.get(problem_id)


def dismiss(tenant: Tenant, problem_id: UUID, actor: Actor) -> Problem:
    """Dismiss the problem until it happens again. Repeating this changes nothing.

    Raises ``Refusal`` NOT_FOUND on ``id``. Works also while the plugin is switched off.
    """
    with tenant.writing() as work:
        was_open = work.problems.get(problem_id).resolved_at is None
        problem = work.problems.dismiss(problem_id, actor.name, tenant.ports.clock())
        if was_open:
            _record(tenant, work, problem, actor, "dismissed", problem.message)
        return problem


def _record(
    tenant: Tenant, work: UnitOfWork, problem: Problem, actor: Actor, what: str, said: str
) -> None:
    subject = Subject(kind=SubjectKind.PROBLEM, id=str(problem.id), name=problem.kind)
    change = Change(field=what, before=None, after=said)
    work.audit.record(actor, tenant.ports.clock(), subject, [change])


def _synchronize_asset(tenant: Tenant, problem: Problem, actor: Actor) -> None:
    synchronization.synchronize(tenant, _asset_id(problem), actor)


def _synchronize_account(tenant: Tenant, problem: Problem, _actor: Actor) -> None:
    with tenant.reading() as work:
        account_id = work.assets.get(_asset_id(problem)).account_id
    accounts.synchronize_account(tenant, account_id)


def _resume(tenant: Tenant, problem: Problem, _actor: Actor) -> None:
    with tenant.writing() as work:
        if problem.asset_id is None and problem.order_id is not None:
            # An id of its own: today's workflow may have been tried and given up.
            workflow_id = f"{Workflow.INVOICE}:{problem.order_id}:resumed:{uuid4().hex}"
            work.enqueue(Workflow.INVOICE, workflow_id, problem.order_id)
            return
        asset = work.assets.get(_asset_id(problem), for_update=True)
        if not resume_step(tenant.ports, work, asset, problem):
            raise _nothing_to_do(problem)


def _cancel_asset(tenant: Tenant, problem: Problem, actor: Actor) -> None:
    cancellation.cancel(tenant, _asset_id(problem), actor, "")


def _release_coupon(tenant: Tenant, problem: Problem, actor: Actor) -> None:
    held_coupons.release(tenant, _asset_id(problem), actor)


def _provision_order(tenant: Tenant, problem: Problem, _actor: Actor) -> None:
    _provision(tenant, problem.order_id or "")


def _provision_held(tenant: Tenant, _problem: Problem, actor: Actor) -> None:
    provision_held(tenant, actor)


def provision_held(tenant: Tenant, actor: Actor, order: str | None = None) -> tuple[str, ...]:
    """Provision after all what was held; returns the orders' ids. See ``held_lines.release``.

    Raises what the platform raises; then the next event, poll or reconciliation enqueues what was
    released.
    """
    order_ids = held_lines.release(tenant, actor, order)
    for order_id in order_ids:
        _provision(tenant, order_id)
    return order_ids


def _provision(tenant: Tenant, order_id: str) -> None:
    order = tenant.platform.order(order_id)
    if order is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"The platform has no order {order_id} any more.")
    accepted = ordering.accept(tenant.ports, get_installation(tenant), order)
    if accepted.refusals:
        raise accepted.refusals[0]


def _reconcile(tenant: Tenant, _problem: Problem, actor: Actor) -> None:
    reconciliation.start(tenant, actor.name, apply=True)


def _lead(_tenant: Tenant, problem: Problem, _actor: Actor) -> None:
    raise _nothing_to_do(problem)


def _nothing_to_do(problem: Problem) -> Refusal:
    return Refusal(
        ErrorCode.INVALID, f"Nothing can be done about it from here. {problem.next_step}"
    )


def _asset_id(problem: Problem) -> UUID:
    if problem.asset_id is None:
        raise _nothing_to_do(problem)
    return problem.asset_id


_ACTS: Mapping[ProblemAction, Callable[[Tenant, Problem, Actor], None]] = {
    ProblemAction.SYNCHRONIZE_ASSET: _synchronize_asset,
    ProblemAction.SYNCHRONIZE_ACCOUNT: _synchronize_account,
    ProblemAction.RESUME: _resume,
    ProblemAction.CANCEL_ASSET: _cancel_asset,
    ProblemAction.RELEASE_COUPON: _release_coupon,
    ProblemAction.PROVISION_ORDER: _provision_order,
    ProblemAction.PROVISION_HELD: _provision_held,
    ProblemAction.RECONCILE: _reconcile,
    ProblemAction.CONFIRM_REVOCATION: _lead,
    ProblemAction.OPEN_SETTINGS: _lead,
    ProblemAction.NONE: _lead,
}
