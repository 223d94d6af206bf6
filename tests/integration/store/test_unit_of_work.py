"""One transaction: what is stored and the work that is handed in stand or fall together."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from dbos import DBOSClient
from sqlalchemy import Engine

from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.engine import WriteWhileReading
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.workflows.engine.queue import EngineQueue
from tests.fakes.values import account
from tests.integration.store.conftest import Changed

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def queueing(shared_engine: Engine) -> Iterator[Store]:
    """A store that hands work in to the engine's own tables."""
    queue = EngineQueue(shared_engine.url.render_as_string(hide_password=False))
    yield Store(shared_engine, queue)
    queue.close()


def handed_in(store: Store, workflow_id: str) -> list[tuple[str, str]]:
    """Name and state of the work under that id, as the engine has it."""
    client = DBOSClient(system_database_engine=store.engine, lazy=True)
    found = client.list_workflows(workflow_ids=[workflow_id], load_input=False, load_output=False)
    return [(each.name, each.status) for each in found]


def test_a_transaction_makes_the_repositories_it_asks_for_and_no_others(
    queueing: Store, installation: UUID
) -> None:
    with queueing.reading(installation) as work:
        work.accounts.by_ids([])
        work.accounts.by_ids([])
        made = [
            name for name, value in vars(work).items() if "repositories" in type(value).__module__
        ]
    assert made == ["accounts"]


def test_work_is_handed_in_when_the_transaction_commits(
    queueing: Store, installation: UUID
) -> None:
    workflow_id = f"provision:{uuid4()}"
    with queueing.writing(installation) as work:
        work.enqueue(Workflow.PROVISION, workflow_id, "order-1", "line-1", "0")
        assert handed_in(queueing, workflow_id) == []
    assert handed_in(queueing, workflow_id) == [(Workflow.PROVISION, "ENQUEUED")]


def test_no_work_is_handed_in_when_the_transaction_is_abandoned(
    queueing: Store, installation: UUID
) -> None:
    workflow_id, buyer = f"cancel:{uuid4()}", account()
    with suppress(Changed), queueing.writing(installation) as work:
        work.accounts.add(buyer)
        work.enqueue(Workflow.CANCEL, workflow_id, str(uuid4()), "")
        raise Changed
    assert handed_in(queueing, workflow_id) == []
    with queueing.reading(installation) as work:
        assert work.accounts.by_ids([buyer.id]) == {}


def test_the_same_work_handed_in_again_is_the_same_work(
    queueing: Store, installation: UUID
) -> None:
    workflow_id = f"provision:{uuid4()}"
    for _ in range(2):
        with queueing.writing(installation) as work:
            work.enqueue(Workflow.PROVISION, workflow_id, "order-1", "line-1", "0")
    assert len(handed_in(queueing, workflow_id)) == 1


def test_work_handed_in_twice_within_one_transaction_does_not_fail_it(
    queueing: Store, installation: UUID
) -> None:
    workflow_id, buyer = f"provision:{uuid4()}", account()
    with queueing.writing(installation) as work:
        work.enqueue(Workflow.PROVISION, workflow_id, "order-1", "line-1", "0")
        work.enqueue(Workflow.PROVISION, workflow_id, "order-1", "line-1", "0")
        work.accounts.add(buyer)
    with queueing.reading(installation) as work:
        assert work.accounts.by_ids([buyer.id]) == {buyer.id: buyer}


def test_who_only_reads_cannot_write(store: Store, installation: UUID) -> None:
    buyer = account()
    with store.reading(installation) as work, pytest.raises(WriteWhileReading):
        work.accounts.add(buyer)
    with store.reading(installation) as work:
        assert work.accounts.by_ids([buyer.id]) == {}
