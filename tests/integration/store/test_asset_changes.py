"""Changing an asset: one at a time, all or nothing, with its history."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind, Change, HistoryEntry
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import NOON, sold_asset
from tests.integration.store.conftest import STAFF, Changed

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LATER = NOON + timedelta(hours=1)


def history(store: Store, installation: UUID, asset: Asset) -> list[HistoryEntry]:
    with store.reading(installation) as work:
        return work.assets.history([asset.id])[asset.id]


def rename(store: Store, installation: UUID, asset: Asset, name: str) -> Asset:
    with store.writing(installation) as work:
        return work.assets.change(asset.id, lambda a: replace(a, friendly_name=name), STAFF, LATER)


def kept(store: Store, installation: UUID, asset: Asset) -> Asset:
    with store.reading(installation) as work:
        return work.assets.get(asset.id)


def test_a_change_is_kept_and_raises_the_version_by_one(
    store: Store, installation: UUID, asset: Asset
) -> None:
    changed = rename(store, installation, asset, "Atlas")
    assert kept(store, installation, asset) == changed
    assert changed == replace(asset, friendly_name="Atlas", version=asset.version + 1)


def test_a_change_is_told_with_who_and_when(store: Store, installation: UUID, asset: Asset) -> None:
    rename(store, installation, asset, "Atlas")
    assert history(store, installation, asset)[-1] == HistoryEntry(
        at=LATER, actor=STAFF, change=Change(field="friendlyName", before=None, after="Atlas")
    )


def test_changing_nothing_keeps_nothing(store: Store, installation: UUID, asset: Asset) -> None:
    told = history(store, installation, asset)
    with store.writing(installation) as work:
        assert work.assets.change(asset.id, lambda a: a, STAFF, LATER) == asset
    assert history(store, installation, asset) == told


def test_when_the_change_is_refused_nothing_is_kept(
    store: Store, installation: UUID, asset: Asset
) -> None:
    def refuse(_: Asset) -> Asset:
        raise Refusal(ErrorCode.UNIQUE, "There is one already.")

    told = history(store, installation, asset)
    with store.writing(installation) as work, pytest.raises(Refusal):
        work.assets.change(asset.id, refuse, STAFF, LATER)
    assert (kept(store, installation, asset), history(store, installation, asset)) == (asset, told)


def test_when_the_transaction_is_abandoned_neither_change_nor_history_is_kept(
    store: Store, installation: UUID, asset: Asset
) -> None:
    told = history(store, installation, asset)
    with suppress(Changed), store.writing(installation) as work:
        work.assets.change(asset.id, lambda a: replace(a, friendly_name="x"), STAFF, LATER)
        raise Changed
    assert (kept(store, installation, asset), history(store, installation, asset)) == (asset, told)


def test_two_changes_in_one_transaction_build_on_each_other(
    store: Store, installation: UUID, asset: Asset
) -> None:
    with store.writing(installation) as work:
        work.assets.change(asset.id, lambda a: replace(a, friendly_name="x"), STAFF, LATER)
        work.assets.change(asset.id, Asset.cancelling, STAFF, LATER)
    after = kept(store, installation, asset)
    assert (after.friendly_name, after.status, after.version) == ("x", "CANCELLING", 2)


def test_changes_that_come_together_are_made_one_after_the_other(
    store: Store, installation: UUID, asset: Asset
) -> None:
    together = Barrier(4)

    def lengthen(number: int) -> None:
        together.wait()
        with store.writing(installation) as work:
            work.assets.change(
                asset.id,
                lambda a: replace(a, expire_days=a.expire_days + 1),
                Actor(ActorKind.STAFF, str(number)),
                LATER,
            )

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lengthen, range(4)))
    after = kept(store, installation, asset)
    assert (after.expire_days, after.version) == (asset.expire_days + 4, asset.version + 4)
    told = [e for e in history(store, installation, asset) if e.change.field == "expireDays"][1:]
    assert {entry.actor.name for entry in told} == {"0", "1", "2", "3"}
    assert [entry.change.before for entry in told] == ["365", "366", "367", "368"]


def test_what_a_transaction_read_before_another_changed_it_is_read_again_for_its_own_change(
    store: Store, installation: UUID, asset: Asset
) -> None:
    with store.writing(installation) as work:
        held = work.session.get_one(AssetRow, asset.id)
        # Past the session, as another transaction's change comes.
        renamed = update(AssetRow).values(friendly_name="Atlas", version=1)
        work.session.connection().execute(renamed.where(AssetRow.id == asset.id))
        assert held.version == 0
        after = work.assets.change(asset.id, Asset.cancelling, STAFF, LATER)
    assert (after.friendly_name, after.version) == ("Atlas", 2)


def test_an_order_line_has_one_asset(store: Store, installation: UUID, asset: Asset) -> None:
    second = sold_asset(
        account_id=asset.account_id,
        product_id=asset.product_id,
        order_line_id=asset.order_line_id,
    )
    with pytest.raises(IntegrityError), store.writing(installation) as work:
        work.assets.add(second, STAFF, NOON)


def test_of_two_workers_that_add_the_same_order_lines_asset_one_succeeds(
    store: Store, installation: UUID, asset: Asset
) -> None:
    together = Barrier(2)

    def add(_: int) -> bool:
        made = sold_asset(
            account_id=asset.account_id, product_id=asset.product_id, order_line_id="line-raced"
        )
        together.wait()
        try:
            with store.writing(installation) as work:
                work.assets.add(made, STAFF, NOON)
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(add, range(2))) == [False, True]


def test_the_histories_of_several_assets_come_together(
    store: Store, installation: UUID, asset: Asset
) -> None:
    other = sold_asset(account_id=asset.account_id, product_id=asset.product_id)
    with store.writing(installation) as work:
        work.assets.add(other, STAFF, NOON)
        work.assets.change(other.id, lambda a: replace(a, friendly_name="x"), STAFF, LATER)
        told = work.assets.history([asset.id, other.id])
    assert [entry.change.field for entry in told[other.id]][-1] == "friendlyName"
    assert "friendlyName" not in [entry.change.field for entry in told[asset.id]]
