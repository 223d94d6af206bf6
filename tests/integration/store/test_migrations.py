"""The database's history: from empty to today's tables, on both databases."""

from sqlalchemy import inspect

from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine


def test_upgrading_an_empty_database_gives_the_tables_the_code_describes(database_url: str) -> None:
    engine = open_engine(database_url)
    migrations.check(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    before = inspect(engine).get_table_names()
    migrations.upgrade(engine)
    assert inspect(engine).get_table_names() == before
    assert migrations.is_current(engine)
    engine.dispose()
