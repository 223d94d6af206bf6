"""What time brings about, once the timetable has found it due: short durable workflows."""

from uuid import UUID

import structlog

from bittitan_plugin.domain.retries import FOLLOW_UP
from bittitan_plugin.services import failed_steps as stuck
from bittitan_plugin.services.cancelling import refunds
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.workflow_ids import FOLLOW, FOLLOW_REFUND, REMIND
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.retrying import StepFailed, attempt, insist, persist
from bittitan_plugin.workflows.engine.runtime import ports

_log = structlog.get_logger(__name__)


@workflow(FOLLOW)
def follow(installation_id: str) -> str:
    """One look at an installation's coupons; the next one makes good what this one misses."""

    def look() -> str:
        followed = coupon_status.follow(ports(), UUID(installation_id))
        return "nothing to follow" if followed is None else f"{followed.changed} changed"

    outcome = attempt("follow", look)
    if "ok" in outcome:
        return str(outcome["ok"])
    why = str(outcome.get("again") or outcome.get("message"))
    _log.warning("coupons_not_followed", installation=installation_id, why=why)
    return why


@workflow(FOLLOW_REFUND)
def follow_refund(installation_id: str, asset_id: str) -> str:
    """One look at where an asset's money stands; the next one makes good what this one misses."""

    def look() -> str:
        return refunds.follow(ports(), UUID(installation_id), UUID(asset_id)) or "not asked for"

    outcome = attempt("follow_refund", look)
    return str(outcome.get("ok") or outcome.get("again") or outcome.get("message"))


@workflow(REMIND)
def remind(installation_id: str, asset_id: str, days: str) -> str:
    """Remind one buyer of one code's expiry, once."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    try:
        sent = persist(
            "remind",
            FOLLOW_UP,
            lambda: watching.remind(ports(), installation, asset, int(days)),
        )
    except StepFailed as failure:
        message = failure.message
        insist(
            "report_remind", lambda: stuck.report(ports(), installation, asset, "remind", message)
        )
        return "stuck"
    return "reminded" if sent else "no longer due"
