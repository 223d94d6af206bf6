"""Order line → asset → coupon → platform notified → invoice linked → buyer welcomed. Durable."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.errors import UNAVAILABLE, ErrorCode, Refusal
from bittitan_plugin.domain.retries import ORDER_NOT_DUE, VENDOR
from bittitan_plugin.services import notifications
from bittitan_plugin.services.accounts import synchronizing as accounts
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.services.selling import asset_creation as opening
from bittitan_plugin.services.selling import delivery, provisioning
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.repositories.sales import Sale
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.workflows.asset_steps import follow_up
from bittitan_plugin.workflows.engine.attempts import Attempt, StepFailed
from bittitan_plugin.workflows.engine.definition import workflow

#: The step that, once given up, no later attempt begins again.
_OBTAIN = "obtain_coupon"


@workflow(Workflow.PROVISION)
def provision(attempt: Attempt, order_id: str, line_id: str, number: str) -> str:
    """Provision one order line. Returns the outcome in a word."""
    tenant = attempt.tenant
    attempt.order_id = order_id

    def open_line() -> Asset | None:
        try:
            return opening.open_asset(tenant, order_id, line_id)
        except opening.NotDue:
            return None

    try:
        asset, ended = attempt.step("open_asset", ORDER_NOT_DUE, open_line), "not due"
    except StepFailed as failure:
        asset, ended = None, f"not provisioned: {failure.message}"
        if failure.code not in UNAVAILABLE:  # otherwise it was not due in time, which is no fault
            refusal = Refusal(failure.code, failure.message, field=failure.field)
            opening.refuse_line(tenant, order_id, line_id, refusal)
    if asset is None:
        opening.defer(tenant, line_id, int(number))
        # An event that came before that was recorded found this workflow's id taken and started
        # nothing; the change it reported is visible by now.
        asset = attempt.try_once("look_again", open_line)
    return ended if asset is None else _complete(attempt, asset.id)


@workflow(Workflow.SYNCHRONIZE)
def synchronize(attempt: Attempt, asset_id: str) -> str:
    """Try again for an asset without a coupon, or with failed follow-up steps."""
    return _complete(attempt, UUID(asset_id))


def _complete(attempt: Attempt, asset_id: UUID) -> str:
    tenant = attempt.tenant
    attempt.asset_id = asset_id
    if _OBTAIN in attempt.settled:
        return _tell_of_failure(attempt, asset_id)

    def delayed(work: UnitOfWork, code: ErrorCode, reason: str) -> None:
        provisioning.note_delay(work, asset_id, code, reason, tenant.ports.clock())

    try:
        sale = attempt.step(
            "synchronize_account", VENDOR, lambda: _synchronized(tenant, asset_id), note=delayed
        )
        asset = attempt.step(
            _OBTAIN, VENDOR, lambda: provisioning.obtain_coupon(tenant, sale), note=delayed
        )
    except StepFailed as failure:
        return _failed(attempt, asset_id, failure)
    if not asset.has_coupon:
        return "cancelled meanwhile"
    follow_up(attempt, asset_id, Step.TELL_HOST, lambda: delivery.tell_platform(tenant, asset))
    follow_up(attempt, asset_id, Step.LINK_INVOICE, lambda: delivery.link_invoice(tenant, asset))
    follow_up(attempt, asset_id, Step.SEND_WELCOME, lambda: delivery.send_welcome(tenant, asset_id))
    return "provisioned"


def _synchronized(tenant: Tenant, asset_id: UUID) -> Sale:
    """The sale, with its account synchronized if that is needed and may be done."""
    with tenant.reading() as work:
        sale = work.sales.get(asset_id)
    # Codes from stock are not issued to an account.
    if sale.asset.coupon_source is CouponSource.STOCK or sale.account.is_synchronized:
        return sale
    if sale.configuration.synchronize_automatically:
        accounts.synchronize_account(tenant, sale.account.id)
        with tenant.reading() as work:
            return work.sales.get(asset_id)
    return sale


def _failed(attempt: Attempt, asset_id: UUID, failure: StepFailed) -> str:
    tenant, code, message = attempt.tenant, failure.code, failure.message
    if code is ErrorCode.ACCOUNT_NOT_SYNCHRONIZED:
        if provisioning.wait_for_account(tenant, asset_id, message):
            return "waits for its account"
        return _complete(attempt, asset_id)
    if code is ErrorCode.OUT_OF_STOCK:
        return "waits for stock"
    if not provisioning.fail(tenant, asset_id, code, message):
        attempt.settled.add(Step.ALERT_STAFF)
    # Telling staff may take several attempts, none of which asks the vendor again.
    attempt.settled.add(_OBTAIN)
    return f"{_tell_of_failure(attempt, asset_id)}: {message}"


def _tell_of_failure(attempt: Attempt, asset_id: UUID) -> str:
    tenant = attempt.tenant
    follow_up(
        attempt, asset_id, Step.ALERT_STAFF, lambda: notifications.alert_staff(tenant, asset_id)
    )
    # Perhaps only the answer was lost.
    attempt.try_once("reconcile_asset", lambda: reconciliation.reconcile_asset(tenant, asset_id))
    return "failed"
