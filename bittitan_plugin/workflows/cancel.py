"""Coupon revoked → asset cancelled → credit invoice → refund asked → buyer told. Durable."""

from collections.abc import Callable
from uuid import UUID

from dbos import DBOS, WorkflowSerializationFormat

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.retries import FOLLOW_UP, VENDOR
from bittitan_plugin.services import cancellation, delivery
from bittitan_plugin.services.durable import CANCEL, WITHDRAW
from bittitan_plugin.workflows.retrying import StepFailed, attempt, persist
from bittitan_plugin.workflows.runtime import ports


@DBOS.workflow(name=CANCEL, serialization_type=WorkflowSerializationFormat.PORTABLE)
def cancel(installation_id: str, asset_id: str, comment: str) -> str:
    """Execute a cancellation that was decided. Returns in a word what became of it."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    try:
        status = persist(
            "revoke",
            VENDOR,
            lambda: cancellation.revoke(ports(), installation, asset).status.value,
        )
    except StepFailed as failure:
        _report("revoke", installation, asset, failure)
        return f"stuck: {failure.message}"
    if status != AssetStatus.CANCELLED:
        return "BitTitan refused"
    _then(
        "issue_credit",
        installation,
        asset,
        lambda: cancellation.issue_credit(ports(), installation, asset, comment),
    )
    _then(
        "ask_refund",
        installation,
        asset,
        lambda: cancellation.ask_refund(ports(), installation, asset, comment),
    )
    _then(
        "announce", installation, asset, lambda: cancellation.announce(ports(), installation, asset)
    )
    return "cancelled"


@DBOS.workflow(name=WITHDRAW, serialization_type=WorkflowSerializationFormat.PORTABLE)
def withdraw(installation_id: str, asset_id: str) -> str:
    """The platform took the sale back itself: revoke, credit nothing."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    _then(
        "withdraw",
        installation,
        asset,
        lambda: cancellation.withdraw(ports(), installation, asset),
    )
    return "withdrawn"


def _then(name: str, installation: UUID, asset_id: UUID, action: Callable[[], None]) -> None:
    try:
        persist(name, FOLLOW_UP, action)
    except StepFailed as failure:
        _report(name, installation, asset_id, failure)


def _report(name: str, installation: UUID, asset_id: UUID, failure: StepFailed) -> None:
    message = failure.message
    attempt(
        f"report_{name}",
        lambda: delivery.report_stuck(ports(), installation, asset_id, name, message),
    )
