"""Runs a step about an asset and reports to staff if it could not be finished."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.retries import FOLLOW_UP, RetryPolicy
from bittitan_plugin.services import failed_steps
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.workflows.engine.course import Course, OneByOne
from bittitan_plugin.workflows.engine.outcomes import StepFailed
from bittitan_plugin.workflows.engine.runtime import tenant


def persist_or_report(
    installation: UUID,
    asset: UUID | Callable[[], UUID],
    step: Step,
    action: Callable[[], object],
    policy: RetryPolicy = FOLLOW_UP,
    course: Course | None = None,
) -> Any:
    """The step's result; None when it cannot finish, which raises a problem of the asset.

    ``asset`` looks up the asset for that, where needed.
    """
    course = course or OneByOne()
    try:
        return course.persist(step.value, policy, action)
    except StepFailed as failure:
        message = failure.message

        def report() -> None:
            asset_id = asset if isinstance(asset, UUID) else asset()
            failed_steps.report(tenant(installation), asset_id, step, message)

        course.insist(f"report_{step}", report)
        return None
