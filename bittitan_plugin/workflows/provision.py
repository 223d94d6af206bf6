"""Order line → asset → coupon → platform told → invoice linked → buyer welcomed. Durable."""

from collections.abc import Callable
from uuid import UUID

from dbos import DBOS, WorkflowSerializationFormat

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.retries import FOLLOW_UP, ORDER_NOT_DUE, VENDOR
from bittitan_plugin.services import accounts, delivery, notifications, opening, provisioning, stuck
from bittitan_plugin.services.durable import PROVISION, SYNCHRONIZE
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.workflows.retrying import StepFailed, attempt, insist, persist
from bittitan_plugin.workflows.runtime import ports


@DBOS.workflow(name=PROVISION, serialization_type=WorkflowSerializationFormat.PORTABLE)
def provision(installation_id: str, order_id: str, line_id: str, number: str) -> str:
    """Provision one order line. Returns in a word what became of it."""
    installation = UUID(installation_id)

    def open_line() -> str | None:
        try:
            return str(opening.open_asset(ports(), installation, order_id, line_id).id)
        except opening.NotDue:
            return None

    try:
        asset_id, ended = persist("open_asset", ORDER_NOT_DUE, open_line), "not due"
    except StepFailed as failure:
        asset_id, ended = None, f"not provisioned: {failure.message}"
        _refuse(installation, order_id, line_id, failure)
    if asset_id is None:
        insist("defer", lambda: opening.defer(ports(), installation, line_id, int(number)))
        # An event that came before that was recorded found this workflow's id taken and started
        # nothing; what it told of is visible by now.
        asset_id = attempt("look_again", open_line).get("ok")
    return ended if asset_id is None else _complete(installation, UUID(asset_id))


@DBOS.workflow(name=SYNCHRONIZE, serialization_type=WorkflowSerializationFormat.PORTABLE)
def synchronize(installation_id: str, asset_id: str) -> str:
    """Try again for an asset that has no coupon yet, or whose follow-up steps got stuck."""
    return _complete(UUID(installation_id), UUID(asset_id))


def _complete(installation: UUID, asset_id: UUID) -> str:
    def delayed(reason: str) -> None:
        attempt(
            "say_delayed",
            lambda: provisioning.say_delayed(
                ports(), installation, asset_id, ErrorCode.VENDOR_UNAVAILABLE, reason
            ),
        )

    try:
        persist(
            "synchronize_account",
            VENDOR,
            lambda: _synchronize_account(installation, asset_id),
            on_delay=delayed,
        )
        obtained = persist(
            "obtain_coupon",
            VENDOR,
            lambda: provisioning.obtain_coupon(ports(), installation, asset_id).has_coupon,
            on_delay=delayed,
        )
    except StepFailed as failure:
        return _failed(installation, asset_id, failure)
    if not obtained:
        return "cancelled meanwhile"
    _follow_up("tell_host", delivery.tell_host, installation, asset_id)
    _follow_up("link_invoice", delivery.link_invoice, installation, asset_id)
    _follow_up("send_welcome", delivery.send_welcome, installation, asset_id)
    return "provisioned"


def _refuse(installation: UUID, order_id: str, line_id: str, failure: StepFailed) -> None:
    if failure.code is ErrorCode.VENDOR_UNAVAILABLE:  # not due in time, which is nobody's fault
        return
    refusal = Refusal(failure.code, failure.message, field=failure.field)
    insist(
        "refuse_line",
        lambda: opening.refuse_line(ports(), installation, order_id, line_id, refusal),
    )


def _synchronize_account(installation: UUID, asset_id: UUID) -> None:
    outside = ports()
    with outside.store.reading(installation) as work:
        account = work.accounts.get(work.assets.get(asset_id).account_id)
        configuration = work.installations.by_id(installation).configuration
    if not account.is_synchronized and configuration.synchronize_automatically:
        accounts.synchronize_account(outside, installation, account.id)


def _failed(installation: UUID, asset_id: UUID, failure: StepFailed) -> str:
    code, message = failure.code, failure.message
    if code is ErrorCode.ACCOUNT_NOT_SYNCHRONIZED:
        waits = insist(
            "wait_for_account",
            lambda: provisioning.wait_for_account(ports(), installation, asset_id, message),
        )
        return _complete(installation, asset_id) if waits is False else "waits for its account"
    is_new = insist(
        "fail", lambda: provisioning.fail(ports(), installation, asset_id, code, message)
    )
    if is_new:
        _follow_up("alert_staff", notifications.alert_staff, installation, asset_id)
    return f"failed: {message}"


def _follow_up(
    name: str, service: Callable[[Ports, UUID, UUID], None], installation: UUID, asset_id: UUID
) -> None:
    """A step after success: retried on its own, and never able to fail what came before."""
    try:
        persist(name, FOLLOW_UP, lambda: service(ports(), installation, asset_id))
    except StepFailed as failure:
        message = failure.message
        insist(
            f"report_{name}",
            lambda: stuck.report(ports(), installation, asset_id, name, message),
        )
