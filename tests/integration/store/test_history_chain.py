"""The history of an asset is only ever added to, and whoever gets round that is found out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.audit import fault
from bittitan_plugin.store.tables import AssetRow, HistoryRow
from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import NOON
from tests.integration.store.conftest import STAFF

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def rename(store: Store, installation: UUID, asset: Asset, name: str) -> None:
    with store.writing(installation) as work:
        work.assets.change(asset.id, lambda a: replace(a, friendly_name=name), STAFF, NOON)


def found(store: Store, installation: UUID, asset: Asset) -> str | None:
    with store.reading(installation) as work:
        (chain,) = work.assets.chains([asset.id])
    return fault(chain)


@contextmanager
def owning(store: Store) -> Iterator[Session]:
    """With the rights of the database's owner, who can take the triggers away for a while."""
    with Session(store.engine) as session, session.begin():
        if store.engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE bittitan_asset_history DISABLE TRIGGER USER"))
            yield session
            session.execute(text("ALTER TABLE bittitan_asset_history ENABLE TRIGGER USER"))
            return
        triggers = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _ in triggers:
            session.execute(text(f"DROP TRIGGER {name}"))
        yield session
        for _, definition in triggers:
            session.execute(text(definition))


def last_entry(store: Store, asset: Asset) -> int:
    with Session(store.engine) as session:
        ids = session.scalars(select(HistoryRow.id).where(HistoryRow.asset_id == asset.id))
        return max(ids)


def test_the_chain_holds_through_many_changes(
    store: Store, installation: UUID, asset: Asset
) -> None:
    for name in ("Atlas", "Borealis", "Ceres"):
        rename(store, installation, asset, name)
    assert found(store, installation, asset) is None


def test_a_change_that_nobody_follows_keeps_the_end_of_the_chain(
    store: Store, installation: UUID, asset: Asset
) -> None:
    rename(store, installation, asset, "Atlas")
    with store.writing(installation) as work:
        work.assets.change(asset.id, lambda a: a.requested(NOON), STAFF, NOON)
    rename(store, installation, asset, "Borealis")
    assert found(store, installation, asset) is None


@pytest.mark.usefixtures("asset")
def test_the_database_refuses_to_change_an_entry(store: Store) -> None:
    with Session(store.engine) as session, pytest.raises(DBAPIError, match="only ever added to"):
        session.execute(update(HistoryRow).values(actor_name="nobody"))


@pytest.mark.usefixtures("asset")
def test_the_database_refuses_to_delete_an_entry(store: Store) -> None:
    with Session(store.engine) as session, pytest.raises(DBAPIError, match="only ever added to"):
        session.execute(delete(HistoryRow))


def test_an_entry_altered_by_the_owner_of_the_database_is_found(
    store: Store, installation: UUID, asset: Asset
) -> None:
    rename(store, installation, asset, "Atlas")
    with owning(store) as session:
        session.execute(
            update(HistoryRow)
            .where(HistoryRow.id == last_entry(store, asset))
            .values(actor_name="somebody@example.com")
        )
    assert "was altered" in (found(store, installation, asset) or "")


def test_an_entry_deleted_at_the_end_is_found(
    store: Store, installation: UUID, asset: Asset
) -> None:
    rename(store, installation, asset, "Atlas")
    with owning(store) as session:
        session.execute(delete(HistoryRow).where(HistoryRow.id == last_entry(store, asset)))
    assert "lost entries" in (found(store, installation, asset) or "")


def test_an_entry_put_in_is_found(store: Store, installation: UUID, asset: Asset) -> None:
    with Session(store.engine) as session, session.begin():
        session.execute(
            insert(HistoryRow).values(
                installation_id=installation,
                asset_id=asset.id,
                at=NOON,
                actor_kind="STAFF",
                actor_name="somebody@example.com",
                field="status",
                digest="0" * 64,
            )
        )
    assert found(store, installation, asset) is not None


def test_an_asset_that_never_changed_has_a_chain_that_holds(
    store: Store, installation: UUID, asset: Asset
) -> None:
    assert found(store, installation, asset) is None
    with Session(store.engine) as session:
        assert session.scalar(select(AssetRow.history_head).where(AssetRow.id == asset.id))


def test_walking_all_assets_comes_to_each_once(
    store: Store, installation: UUID, asset: Asset
) -> None:
    copies = [replace(asset, id=uuid4(), order_line_id=f"line-{number}") for number in range(4)]
    with store.writing(installation) as work:
        for copy in copies:
            work.assets.add(copy, STAFF, NOON)
    walked, last = [], None
    with store.reading(installation) as work:
        while ids := work.assets.ids_after(last, 2):
            walked += ids
            last = ids[-1]
    assert sorted(walked) == sorted([asset.id, *(copy.id for copy in copies)])
