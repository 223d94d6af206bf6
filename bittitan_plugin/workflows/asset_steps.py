"""Runs a step about an asset and reports to staff if it could not be finished."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from bittitan_plugin.domain.retries import FOLLOW_UP, RetryPolicy
from bittitan_plugin.services import failed_steps
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.workflows.engine.attempts import Attempt, StepFailed

T = TypeVar("T")


def follow_up(
    attempt: Attempt,
    asset_id: UUID,
    step: Step,
    action: Callable[[], object],
    policy: RetryPolicy = FOLLOW_UP,
) -> None:
    """Do a step of which only the effect matters; a later attempt does not begin it again.

    One that cannot be finished raises a problem of the asset, and what follows goes on.
    """
    if step not in attempt.settled:
        result_of(attempt, asset_id, step, action, policy)
        attempt.settled.add(step)


def result_of(
    attempt: Attempt,
    asset_id: UUID,
    step: Step,
    action: Callable[[], T],
    policy: RetryPolicy = FOLLOW_UP,
) -> T | None:
    """The step's result; None when it cannot be finished, which raises a problem of the asset."""
    try:
        return attempt.step(step.value, policy, action)
    except StepFailed as failure:
        failed_steps.report(attempt.tenant, asset_id, step, failure.message)
        return None
