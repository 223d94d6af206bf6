"""A workflow is declared in one line and found by itself; what databases hold never changes."""

from bittitan_plugin.services.failed_steps import _NEXT_STEPS, Step
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.worker import WORKFLOWS

#: As databases hold them: work in flight is found by its name, and waits in its queue.
STORED = {
    "bittitan-provisioning": {"provision_line", "synchronize"},
    "bittitan-cancelling": {"cancel", "credit", "refund", "withdraw"},
    "bittitan-billing": {"invoice"},
    "bittitan-watching": {
        "tell", "remind", "follow", "follow_refund", "out_of_stock", "revocation_news",
        "reconcile", "services_definition", "import_stock",
    },
}  # fmt: skip
#: In the keys of problems and the names of records.
STEPS = {
    "tell_host", "link_invoice", "send_welcome", "alert_staff", "revoke", "issue_credit",
    "ask_refund", "announce", "withdraw", "overrule", "tell_customer", "tell_staff",
    "tell_refused", "remind",
}  # fmt: skip


def test_every_workflow_that_is_declared_has_a_function_and_the_reverse() -> None:
    assert set(WORKFLOWS) == set(Workflow)


def test_the_worker_calls_workflows_by_their_stored_names() -> None:
    assert {workflow.value for workflow in WORKFLOWS} == set().union(*STORED.values())


def test_every_workflow_waits_in_the_queue_it_has_always_waited_in() -> None:
    waiting: dict[str, set[str]] = {}
    for workflow in Workflow:
        waiting.setdefault(workflow.queue.value, set()).add(workflow.value)
    assert waiting == STORED


def test_steps_are_called_what_problems_and_records_call_them() -> None:
    assert {step.value for step in Step} == STEPS


def test_staff_are_told_how_to_go_on_after_every_step_that_is_taken_up_again() -> None:
    assert set(_NEXT_STEPS) == {step.workflow for step in Step if step.workflow}
