"""Handing in work: with the caller's transaction or not at all, and once for each id."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.workflow_ids import Workflow

pytestmark = pytest.mark.databases("sqlite", "postgresql")

INSTALLATION = "default"


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    """A web process: it takes work and runs none."""
    settings = Settings(database_url=database_url, var_dir=tmp_path, secret_keys=(generate_key(),))
    made = build(settings)
    yield made
    made.close()


@pytest.fixture
def installation(application: Application) -> UUID:
    return open_installation(application.ports, INSTALLATION).id


def waiting(application: Application) -> list[tuple[str, str]]:
    """Id and status of the work that was handed in, from the engine's own table."""
    schema = "dbos." if application.engine.dialect.name == "postgresql" else ""
    query = f"SELECT workflow_uuid, status FROM {schema}workflow_status"  # noqa: S608
    with application.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(text(query))]


def hand_in(application: Application, installation: UUID, work_id: str, order: str = "o") -> None:
    with application.ports.store.writing(installation) as work:
        work.enqueue(Workflow.PROVISION, work_id, order, "line", "1")


def hand_in_and_roll_back(application: Application, installation: UUID, work_id: str) -> None:
    with application.ports.store.writing(installation) as work:
        work.enqueue(Workflow.PROVISION, work_id, "order", "line", "1")
        work.session.rollback()


def test_work_is_handed_in_without_a_running_engine(
    application: Application, installation: UUID
) -> None:
    hand_in(application, installation, "sale-1")
    assert application.worker is None
    assert waiting(application) == [("sale-1", "ENQUEUED")]


def test_work_of_a_transaction_that_is_rolled_back_was_never_handed_in(
    application: Application, installation: UUID
) -> None:
    hand_in_and_roll_back(application, installation, "sale-1")
    assert waiting(application) == []


def test_work_is_invisible_to_others_until_its_transaction_commits(
    application: Application, installation: UUID
) -> None:
    with application.ports.store.writing(installation) as work:
        work.enqueue(Workflow.PROVISION, "sale-1", "order", "line", "1")
        seen = waiting(application)
    assert (seen, len(waiting(application))) == ([], 1)


def test_the_id_of_rolled_back_work_is_free_again(
    application: Application, installation: UUID
) -> None:
    hand_in_and_roll_back(application, installation, "sale-1")
    hand_in(application, installation, "sale-1")
    assert waiting(application) == [("sale-1", "ENQUEUED")]


@pytest.mark.parametrize("order", ["o", "another"], ids=["the same work", "other work"])
def test_a_taken_id_means_that_nothing_happens(
    application: Application, installation: UUID, order: str
) -> None:
    hand_in(application, installation, "sale-1")
    hand_in(application, installation, "sale-1", order)
    assert waiting(application) == [("sale-1", "ENQUEUED")]


def test_a_taken_id_does_not_spoil_the_rest_of_the_transaction(
    application: Application, installation: UUID
) -> None:
    hand_in(application, installation, "sale-1")
    with application.ports.store.writing(installation) as work:
        work.enqueue(Workflow.PROVISION, "sale-1", "order", "line", "1")
        work.enqueue(Workflow.PROVISION, "sale-2", "order", "line", "1")
    assert {work_id for work_id, _ in waiting(application)} == {"sale-1", "sale-2"}


def test_an_unknown_kind_of_work_is_refused_at_once(
    application: Application, installation: UUID
) -> None:
    unknown = pytest.raises(ValueError, match="'nothing of ours' is not a valid Workflow")
    with unknown, application.ports.store.writing(installation) as work:
        work.enqueue("nothing of ours", str(uuid4()))
    assert waiting(application) == []


def test_closing_twice_does_no_harm(application: Application, installation: UUID) -> None:
    hand_in(application, installation, "sale-1")
    application.queue.close()
    application.queue.close()
    hand_in(application, installation, "sale-2")
    assert len(waiting(application)) == 2
