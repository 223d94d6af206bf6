"""What this process stored last need not be read again to be changed, and is never trusted."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, update

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.asset_cache import AssetCache, Stored
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import NOON, sold_asset
from tests.integration.store.conftest import STAFF, Changed, NoQueue
from tests.statements import statements_of

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LATER = NOON + timedelta(hours=1)


def prolong(store: Store, installation: UUID, asset: Asset) -> Asset:
    with store.writing(installation) as work:
        return work.assets.change(
            asset.id, lambda a: replace(a, expire_days=a.expire_days + 1), STAFF, LATER
        )


def kept(store: Store, installation: UUID, asset: Asset) -> Asset:
    with store.reading(installation) as work:
        return work.assets.get(asset.id)


@pytest.fixture
def another(shared_engine: Engine) -> Store:
    """Another process's store on the same database."""
    return Store(shared_engine, NoQueue())


def test_what_was_stored_last_is_changed_without_being_read(
    store: Store, installation: UUID, asset: Asset
) -> None:
    with statements_of(store.engine, "SELECT") as read:
        prolong(store, installation, asset)
    assert read == []


def test_what_another_process_stored_is_read_first(
    another: Store, installation: UUID, asset: Asset
) -> None:
    with statements_of(another.engine, "SELECT") as read:
        prolong(another, installation, asset)
    assert len(read) == 1


def test_a_change_builds_on_what_another_process_changed_meanwhile(
    store: Store, another: Store, installation: UUID, asset: Asset
) -> None:
    prolong(store, installation, asset)
    prolong(another, installation, asset)
    prolong(store, installation, asset)
    after = kept(store, installation, asset)
    assert (after.expire_days, after.version) == (asset.expire_days + 3, asset.version + 3)


def test_a_change_that_was_abandoned_is_not_built_on(
    store: Store, another: Store, installation: UUID, asset: Asset
) -> None:
    with suppress(Changed), store.writing(installation) as work:
        work.assets.change(asset.id, lambda a: replace(a, friendly_name="No"), STAFF, LATER)
        raise Changed
    # The same version as the abandoned one, with something else in it.
    prolong(another, installation, asset)
    prolong(store, installation, asset)
    after = kept(store, installation, asset)
    assert (after.friendly_name, after.expire_days) == (asset.friendly_name, asset.expire_days + 2)


def test_a_row_of_the_same_version_with_another_history_is_read_first(
    store: Store, installation: UUID, asset: Asset
) -> None:
    # As after a restored backup, whose changes were others.
    with store.engine.begin() as connection:
        restored = update(AssetRow).where(AssetRow.id == asset.id)
        connection.execute(restored.values(friendly_name="Atlas", history_head="restored"))
    after = prolong(store, installation, asset)
    assert (after.friendly_name, after) == ("Atlas", kept(store, installation, asset))


def test_a_refusal_that_is_over_is_no_refusal(
    store: Store, another: Store, installation: UUID, asset: Asset
) -> None:
    def named(current: Asset) -> Asset:
        if current.friendly_name != "Atlas":
            raise Refusal(ErrorCode.INVALID, "It has no name.")
        return replace(current, expire_days=1)

    with another.writing(installation) as work:
        work.assets.change(asset.id, lambda a: replace(a, friendly_name="Atlas"), STAFF, LATER)
    with store.writing(installation) as work:
        after = work.assets.change(asset.id, named, STAFF, LATER)
    assert after.expire_days == 1


def test_what_a_change_leaves_as_it_was_is_looked_at_to_be_sure(
    store: Store, another: Store, installation: UUID, asset: Asset
) -> None:
    changed = prolong(another, installation, asset)
    with store.writing(installation) as work:
        assert work.assets.change(asset.id, lambda a: a, STAFF, LATER) == changed


def test_another_installation_cannot_change_what_is_remembered(
    store: Store, elsewhere: UUID, asset: Asset
) -> None:
    with store.writing(elsewhere) as work, pytest.raises(Refusal) as refused:
        work.assets.change(asset.id, Asset.cancelling, STAFF, LATER)
    assert refused.value.code is ErrorCode.NOT_FOUND


def test_only_so_many_are_remembered_and_the_oldest_go_first() -> None:
    cache = AssetCache(most=2)
    first, second, third = (
        Stored(sold_asset(id=uuid4(), account_id=uuid4(), product_id=uuid4()), None)
        for _ in range(3)
    )
    for stored in (first, second, first, third):
        cache.keep({stored.asset.id: stored})
    found = [cache.of(stored.asset.id) for stored in (first, second, third)]
    assert found == [first, None, third]
