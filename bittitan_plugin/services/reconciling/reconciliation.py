"""Reconciliation: compares the platform's orders, our assets and BitTitan's coupons.

Without ``apply`` it changes nothing. With it each difference is corrected, up to a number of
changes: a wrong setting must not lead to thousands of wrong changes in one run.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID, uuid5

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.answers import differences
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Unavailable
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.reconciliation import MOST_CHANGES, Report, changes_begun
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services import runs
from bittitan_plugin.services.coupons.code_claims import claim_of_another
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.reconciling.coupons import Finding, coupon_findings
from bittitan_plugin.services.reconciling.orders import order_findings
from bittitan_plugin.services.selling.provisioning import SYSTEM, retry
from bittitan_plugin.services.workflow_ids import Workflow, reconcile_id
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The name of what begins the daily run, and the hour of the installation's day from which on.
DAILY, DAILY_FROM = "daily", timedelta(hours=3)

_log = structlog.get_logger(__name__)

#: Called again and again with the progress.
Told = Callable[[Report], None]


def start(
    tenant: Tenant, started_by: str, *, apply: bool = False, max_changes: int = MOST_CHANGES
) -> Run:
    """Enqueue a durable reconciliation. Raises ``Refusal``: PLUGIN_INACTIVE, INVALID on
    ``max_changes``, UNIQUE while another is at work.
    """
    check_limit(max_changes)
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        run = runs.begin_within(tenant.ports, work, RunKind.RECONCILIATION, started_by)
        _hand_in(work, run, apply=apply, max_changes=max_changes)
        return run


def start_daily(tenant: Tenant) -> Run | None:
    """Enqueue the day's run, in report mode, if there is none yet; a task of the timetable.

    With any number of workers it is one per installation and day: the day makes the run's id. None
    on the day the installation is opened, while the plugin is switched off, and while another run
    is at work.
    """
    with tenant.reading() as work:
        installation = work.installations.by_id(tenant.id)
        zone = installation.configuration.zone
        day = (tenant.ports.clock() - DAILY_FROM).astimezone(zone).date()
        first_day = installation.created_at.astimezone(zone).date()
        run_id = daily_run_id(tenant.id, day)
        if not installation.active or day <= first_day or work.runs.find(run_id):
            return None
    with tenant.writing() as work:
        at_work = work.runs.at_work(RunKind.RECONCILIATION)
        if work.runs.find(run_id) or (at_work and not at_work.is_silent(tenant.ports.clock())):
            return None
        run = runs.begin_within(tenant.ports, work, RunKind.RECONCILIATION, DAILY, run_id=run_id)
        _hand_in(work, run, apply=False, max_changes=0)
        return run


def daily_run_id(installation_id: UUID, day: date) -> UUID:
    """The id of an installation's run of that day."""
    return uuid5(installation_id, f"reconciliation:{day.isoformat()}")


def run_now(
    tenant: Tenant,
    run_id: UUID,
    *,
    apply: bool,
    max_changes: int,
    tell: Told = lambda _report: None,
) -> Run:
    """Reconcile, here and now, within a run that was begun; ends the run and returns it.

    A run that was interrupted compares everything again, and goes on counting its changes. A run
    that has been ended meanwhile does nothing. Raises what platform and vendor raise; the run is
    then still open, for the caller to fail or run again. ``tell`` may raise to stop it.
    """
    begun = runs.get(tenant, run_id)
    if begun.is_over:
        return begun
    report = Report(applies=apply, max_changes=max_changes, changes=changes_begun(begun.report))
    progress = runs.Progress(tenant, run_id)

    def told(*, at_once: bool = False) -> None:
        progress.tell(report.done, report.total, report.as_values(), at_once=at_once)
        tell(report)

    told(at_once=True)
    for finding in _findings(tenant, report):
        if finding is None:
            told()
            continue
        report.note(finding.difference)
        if not apply:
            continue
        if report.changes >= max_changes:
            report.stopped_at_limit = True
            break
        # Counted before it is done: an interruption in between never allows a change too many.
        report.changes += 1
        told(at_once=True)
        if _mended(finding, report):
            report.changed[finding.difference.kind.value] += 1
    _say(tenant, report)
    told(at_once=True)
    return runs.finish(tenant, run_id, report.as_values())


def _mended(finding: Finding, report: Report) -> bool:
    """Apply one remedy. A failed one is named and stops no other, unless all would fail."""
    try:
        return finding.remedy()
    except (Unavailable, OutcomeUnknown, SQLAlchemyError):
        raise
    except Exception as error:  # any failure concerns only this difference
        _log.exception("difference_not_mended", kind=finding.difference.kind)
        report.left_out.append(
            f"This could not be mended ({type(error).__name__}): {finding.difference.message}"
        )
        return False


def reconcile_asset(tenant: Tenant, asset_id: UUID) -> bool:
    """Check right after a failure whether BitTitan issued the asset's coupon after all.

    If it did, one more attempt is enqueued, which adopts it; then returns True. Raises what the
    vendor raises.
    """
    with tenant.reading() as work:
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(tenant.id).configuration
        partner_id = work.accounts.get(asset.account_id).partner_id
    asked = asset.requested_at is not None and asset.coupon_source is CouponSource.API
    if asset.has_coupon or asset.status is not AssetStatus.ACTIVE or not asked:
        return False
    found = tenant.ports.vendors.of(configuration).find(asset.reference)
    if found is None or differences(asset, found, tenant.ports.clock(), partner_id):
        return False
    with tenant.writing() as work:
        current = work.assets.get(asset_id, for_update=True)
        if current.version != asset.version:
            return False
        if claim_of_another(tenant.ports, work, found, asset_id) is not None:
            # It was rightly held back; asking again would give the same answer.
            return False
        retry(tenant.ports, work, current, SYSTEM)
        return True


def check_limit(max_changes: int) -> None:
    """Raise ``Refusal`` INVALID on ``max_changes`` below zero."""
    if max_changes < 0:
        raise Refusal(ErrorCode.INVALID, "The most changes are zero or more.", field="max_changes")


def _findings(tenant: Tenant, report: Report) -> Iterator[Finding | None]:
    yield from order_findings(tenant, report)
    with tenant.reading() as work:
        # The number of orders is not known beforehand; the number of assets is.
        report.total = report.done + work.coupons.count_in_question()
    yield from coupon_findings(tenant, report)


def _hand_in(work: UnitOfWork, run: Run, *, apply: bool, max_changes: int) -> None:
    words = ("apply" if apply else "report", str(max_changes))
    work.enqueue(Workflow.RECONCILE, reconcile_id(run.id), str(run.id), *words)


def _say(tenant: Tenant, report: Report) -> None:
    """Raise one problem while there are differences; a complete run without any closes it."""
    with tenant.writing() as work:
        if report.agrees:
            work.problems.resolve(ProblemKind.DIFFERENCES_FOUND, tenant.ports.clock())
            return
        work.problems.report(
            ProblemKind.DIFFERENCES_FOUND,
            ProblemKind.DIFFERENCES_FOUND,
            message=f"The reconciliation found {report.in_short()}.",
            next_step=f"Look at its report; reconciling with apply mends up to {MOST_CHANGES} at "
            "a time. What could not be compared is named there, with what to do.",
            at=tenant.ports.clock(),
            action=ProblemAction.RECONCILE,
        )
