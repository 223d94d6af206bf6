"""Order line → asset → coupon → platform notified → invoice linked → buyer welcomed. Durable."""

from collections.abc import Callable
from functools import partial
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
from bittitan_plugin.workflows.asset_steps import persist_or_report
from bittitan_plugin.workflows.engine.course import Course, OneByOne, at_once
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.outcomes import Done, StepFailed
from bittitan_plugin.workflows.engine.runtime import tenant


@workflow(Workflow.PROVISION)
def provision(installation_id: str, order_id: str, line_id: str, number: str) -> str:
    """Provision one order line. Returns the outcome in a word."""
    return at_once(
        lambda course: _provision(course, UUID(installation_id), order_id, line_id, int(number))
    )


@workflow(Workflow.SYNCHRONIZE)
def synchronize(installation_id: str, asset_id: str) -> str:
    """Try again for an asset without a coupon, or with failed follow-up steps."""
    return _complete(OneByOne(), UUID(installation_id), UUID(asset_id))


def _provision(course: Course, installation: UUID, order_id: str, line_id: str, number: int) -> str:
    def open_line() -> str | None:
        try:
            return str(opening.open_asset(tenant(installation), order_id, line_id).id)
        except opening.NotDue:
            return None

    try:
        asset_id, ended = course.persist("open_asset", ORDER_NOT_DUE, open_line), "not due"
    except StepFailed as failure:
        asset_id, ended = None, f"not provisioned: {failure.message}"
        _refuse(course, installation, order_id, line_id, failure)
    if asset_id is None:
        course.insist("defer", lambda: opening.defer(tenant(installation), line_id, number))
        # An event that came before that was recorded found this workflow's id taken and started
        # nothing; the change it reported is visible by now.
        looked = course.attempt("look_again", open_line)
        asset_id = looked.result if isinstance(looked, Done) else None
    return ended if asset_id is None else _complete(course, installation, UUID(asset_id))


def _complete(course: Course, installation: UUID, asset_id: UUID) -> str:
    #: What a step has just read or stored, for the first attempt of the next step.
    seen: list[Sale] = []
    stored: list[Asset] = []

    def synchronize_first() -> None:
        seen[:] = _synchronize_account(installation, asset_id)

    def obtain() -> bool:
        sale = seen.pop() if seen else None
        stored[:] = [provisioning.obtain_coupon(tenant(installation), asset_id, sale)]
        return stored[0].has_coupon

    def delayed(code: ErrorCode, reason: str) -> None:
        course.attempt(
            "say_delayed",
            lambda: provisioning.say_delayed(tenant(installation), asset_id, code, reason),
        )

    try:
        course.persist("synchronize_account", VENDOR, synchronize_first, on_delay=delayed)
        obtained = course.persist("obtain_coupon", VENDOR, obtain, on_delay=delayed)
    except StepFailed as failure:
        return _failed(course, installation, asset_id, failure)
    if not obtained:
        return "cancelled meanwhile"
    if course.shorten("deliver", lambda: delivery.deliver(tenant(installation), stored[0])):
        return "provisioned"
    _follow_up(course, Step.TELL_HOST, delivery.tell_host, installation, asset_id)
    _follow_up(course, Step.LINK_INVOICE, delivery.link_invoice, installation, asset_id)
    _follow_up(course, Step.SEND_WELCOME, delivery.send_welcome, installation, asset_id)
    return "provisioned"


def _refuse(
    course: Course, installation: UUID, order_id: str, line_id: str, failure: StepFailed
) -> None:
    if failure.code in UNAVAILABLE:  # it was not due in time, which is no fault
        return
    refusal = Refusal(failure.code, failure.message, field=failure.field)
    course.insist(
        "refuse_line", lambda: opening.refuse_line(tenant(installation), order_id, line_id, refusal)
    )


def _synchronize_account(installation: UUID, asset_id: UUID) -> list[Sale]:
    """Synchronize the account if needed. Returns the sale as read, if nothing was changed."""
    with tenant(installation).reading() as work:
        sale = work.sales.get(asset_id)
    # Codes from stock are not issued to an account.
    if sale.asset.coupon_source is CouponSource.STOCK or sale.account.is_synchronized:
        return [sale]
    if sale.configuration.synchronize_automatically:
        accounts.synchronize_account(tenant(installation), sale.account.id)
    return []


def _failed(course: Course, installation: UUID, asset_id: UUID, failure: StepFailed) -> str:
    code, message = failure.code, failure.message
    if code is ErrorCode.ACCOUNT_NOT_SYNCHRONIZED:
        waits = course.insist(
            "wait_for_account",
            lambda: provisioning.wait_for_account(tenant(installation), asset_id, message),
        )
        return (
            _complete(course, installation, asset_id) if waits is False else "waits for its account"
        )
    if code is ErrorCode.OUT_OF_STOCK:
        return "waits for stock"
    is_new = course.insist(
        "fail", lambda: provisioning.fail(tenant(installation), asset_id, code, message)
    )
    if is_new:
        _follow_up(course, Step.ALERT_STAFF, notifications.alert_staff, installation, asset_id)
    # Perhaps only the answer was lost.
    course.attempt(
        "reconcile_asset", lambda: reconciliation.reconcile_asset(tenant(installation), asset_id)
    )
    return f"failed: {message}"


def _follow_up(
    course: Course,
    step: Step,
    service: Callable[[Tenant, UUID], None],
    installation: UUID,
    asset_id: UUID,
) -> None:
    """A step after the coupon: retried on its own, and its failure affects no earlier step."""
    action = partial(service, tenant(installation), asset_id)
    persist_or_report(installation, asset_id, step, action, course=course)
