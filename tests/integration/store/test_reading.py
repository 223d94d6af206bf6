"""Reading: what was committed, in results that are described plainly."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import account

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def test_a_reading_sees_what_was_committed_before_it(store: Store, installation: UUID) -> None:
    customer = account()
    with store.writing(installation) as work:
        work.accounts.add(customer)
    with store.reading(installation) as work:
        assert work.accounts.get(customer.id) == customer


def test_a_result_has_the_names_of_its_columns(shared_engine: Engine) -> None:
    with shared_engine.connect() as connection:
        row = connection.execute(text("SELECT 1 AS one, 'two' AS größe")).one()
    assert row._asdict() == {"one": 1, "größe": "two"}


def test_a_statement_without_a_result_has_no_columns(shared_engine: Engine) -> None:
    with shared_engine.connect() as connection:
        made = connection.execute(text("CREATE TEMPORARY TABLE fleeting (id integer)"))
        assert not made.returns_rows
        connection.rollback()
