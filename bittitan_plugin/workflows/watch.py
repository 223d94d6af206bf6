"""Short durable workflows for what the timetable has found due."""

from uuid import UUID

import structlog

from bittitan_plugin.services.cancelling import refunds
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import result_of
from bittitan_plugin.workflows.engine.attempts import Attempt
from bittitan_plugin.workflows.engine.definition import workflow

_log = structlog.get_logger(__name__)


@workflow(Workflow.FOLLOW)
def follow(attempt: Attempt) -> str:
    """Follow an installation's coupons once; the next run retries what this one misses."""

    def look() -> str:
        followed = coupon_status.follow(attempt.tenant)
        return "nothing to follow" if followed is None else f"{followed.changed} changed"

    outcome = attempt.try_once("follow", look)
    if outcome is None:
        _log.warning("coupons_not_followed", installation=str(attempt.tenant.id))
    return outcome or "missed"


@workflow(Workflow.FOLLOW_REFUND)
def follow_refund(attempt: Attempt, asset_id: str) -> str:
    """Check an asset's refund once; the next run retries what this one misses."""

    def look() -> str:
        return refunds.follow(attempt.tenant, UUID(asset_id)) or "not asked for"

    return attempt.try_once("follow_refund", look) or "missed"


@workflow(Workflow.REMIND)
def remind(attempt: Attempt, asset_id: str, days: str) -> str:
    """Remind one buyer of one code's expiry, once."""
    tenant, asset = attempt.tenant, UUID(asset_id)
    attempt.asset_id = asset
    sent = result_of(attempt, asset, Step.REMIND, lambda: watching.remind(tenant, asset, int(days)))
    if sent is None:
        return "stuck"
    return "reminded" if sent else "no longer due"
