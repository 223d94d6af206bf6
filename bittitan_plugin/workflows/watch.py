"""Short durable workflows for what the timetable has found due."""

from uuid import UUID

import structlog

from bittitan_plugin.services.cancelling import refunds
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import persist_or_report
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.outcomes import Done
from bittitan_plugin.workflows.engine.retrying import attempt
from bittitan_plugin.workflows.engine.runtime import tenant

_log = structlog.get_logger(__name__)


@workflow(Workflow.FOLLOW)
def follow(installation_id: str) -> str:
    """Follow an installation's coupons once; the next run retries what this one misses."""

    def look() -> str:
        followed = coupon_status.follow(tenant(UUID(installation_id)))
        return "nothing to follow" if followed is None else f"{followed.changed} changed"

    outcome = attempt("follow", look)
    if isinstance(outcome, Done):
        return str(outcome.result)
    _log.warning("coupons_not_followed", installation=installation_id, why=outcome.message)
    return outcome.message


@workflow(Workflow.FOLLOW_REFUND)
def follow_refund(installation_id: str, asset_id: str) -> str:
    """Check an asset's refund once; the next run retries what this one misses."""

    def look() -> str:
        return refunds.follow(tenant(UUID(installation_id)), UUID(asset_id)) or "not asked for"

    outcome = attempt("follow_refund", look)
    return str(outcome.result if isinstance(outcome, Done) else outcome.message)


@workflow(Workflow.REMIND)
def remind(installation_id: str, asset_id: str, days: str) -> str:
    """Remind one buyer of one code's expiry, once."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    sent = persist_or_report(
        installation,
        asset,
        Step.REMIND,
        lambda: watching.remind(tenant(installation), asset, int(days)),
    )
    if sent is None:
        return "stuck"
    return "reminded" if sent else "no longer due"
