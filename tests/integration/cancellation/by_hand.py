"""Durable work that may be cut short: it is done by hand, step by step.

Every piece of work begins anew from its first step each time. That is harsher than the engine,
which goes on from the first step it has not recorded.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.services.accounts import synchronizing as accounts
from bittitan_plugin.services.cancelling import (
    crediting,
    refunds,
    request_notifications,
    revocation,
)
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling import reverted_sales as withdrawal
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.selling import asset_creation as opening
from bittitan_plugin.services.selling import delivery, provisioning
from bittitan_plugin.services.workflow_ids import Workflow
from tests.by_hand import Job

#: True ends the work early.
Step = Callable[[], bool | None]


def work_off(ports: Ports, job: Job, *, steps: int | None = None) -> bool:
    """Do the work, or its first ``steps`` only, as if killed there. True when it was brought to
    its end; False when it is to be done again."""
    tenant = Tenant(ports, job.installation)
    try:
        for number, step in enumerate(_STEPS[job.workflow](tenant, job)):
            if number == steps:
                return False
            if step():
                return True
    except (Unavailable, OutcomeUnknown):
        return False
    except (Rejected, Refusal) as failure:
        if job.workflow in (Workflow.PROVISION, Workflow.SYNCHRONIZE):
            _fail(tenant, job, failure)
    return True


def _provision(tenant: Tenant, job: Job) -> Sequence[Step]:
    order_id, line_id, _attempt = job.arguments
    found: list[UUID] = []

    def open_asset() -> bool:
        try:
            found.append(opening.open_asset(tenant, order_id, line_id).id)
        except opening.NotDue:
            return True
        return False

    return [open_asset, *_complete(tenant, lambda: found[0])]


def _complete(tenant: Tenant, asset_id: Callable[[], UUID]) -> list[Step]:
    def account() -> None:
        with tenant.reading() as work:
            owner = work.assets.get(asset_id()).account_id
        accounts.synchronize_account(tenant, owner)

    def obtain() -> bool:
        return not provisioning.obtain_coupon(tenant, asset_id()).has_coupon

    def follow_up(service: Callable[[Tenant, UUID], None]) -> Step:
        return lambda: service(tenant, asset_id())

    after = (delivery.tell_host, delivery.link_invoice, delivery.send_welcome)
    return [account, obtain, *map(follow_up, after)]


def _cancel(tenant: Tenant, job: Job) -> Sequence[Step]:
    asset, comment = UUID(job.arguments[0]), job.arguments[1]

    def revoke() -> bool:
        if revocation.execute(tenant, asset).status is AssetStatus.CANCELLED:
            return False
        cancellation_requests.overrule(tenant, asset)
        return True

    def credit() -> None:
        crediting.issue_credit(tenant, asset, comment)

    return [
        revoke,
        credit,
        lambda: refunds.ask(tenant, asset, comment),
        lambda: crediting.announce(tenant, asset),
    ]


def _withdraw(tenant: Tenant, job: Job) -> Sequence[Step]:
    return [lambda: bool(withdrawal.withdraw(tenant, UUID(job.arguments[0])))]


def _tell(tenant: Tenant, job: Job) -> Sequence[Step]:
    request, news = UUID(job.arguments[0]), News(job.arguments[1])
    return [
        lambda: request_notifications.tell_customer(tenant, request, news),
        lambda: request_notifications.tell_staff(tenant, request, news),
    ]


def _follow(tenant: Tenant, _job: Job) -> Sequence[Step]:
    return [lambda: coupon_status.follow(tenant) is None]


def _remind(tenant: Tenant, job: Job) -> Sequence[Step]:
    asset, days = UUID(job.arguments[0]), int(job.arguments[1])
    return [lambda: watching.remind(tenant, asset, days)]


def _synchronize(tenant: Tenant, job: Job) -> Sequence[Step]:
    return _complete(tenant, lambda: UUID(job.arguments[0]))


def _fail(tenant: Tenant, job: Job, failure: Rejected | Refusal) -> None:
    with tenant.reading() as work:
        if job.workflow == Workflow.PROVISION:
            asset = work.assets.of_order_line(job.arguments[1])
        else:
            asset = work.assets.get(UUID(job.arguments[0]))
    if asset is not None:
        provisioning.fail(tenant, asset.id, ErrorCode.VENDOR_REJECTED, failure.message)


_STEPS: dict[str, Callable[[Tenant, Job], Sequence[Step]]] = {
    Workflow.PROVISION: _provision,
    Workflow.SYNCHRONIZE: _synchronize,
    Workflow.CANCEL: _cancel,
    Workflow.WITHDRAW: _withdraw,
    Workflow.TELL: _tell,
    Workflow.FOLLOW: _follow,
    Workflow.REMIND: _remind,
}
