"""Sealing every stored secret anew: all of them, repeatably, while others serve."""

import io
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import pytest
from rich.console import Console
from sqlalchemy import Column, Engine, func, insert, select, update
from sqlalchemy.orm import Session

from bittitan_plugin import domain
from bittitan_plugin.base.cipher import Cipher, UnreadableSecret, generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.cli.rotate import rotate_secrets
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.platforms.registry import platform_tables
from bittitan_plugin.platforms.shop.tables import SigningKeyRow
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.store import repositories
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.rotation import BATCH, Rotation, rotate, sealed_columns
from bittitan_plugin.store.tables import AssetRow, Base, CodeSecretRow, KeyProofRow
from bittitan_plugin.store.types import SEALED_WITHIN
from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import NOON
from tests.integration.store.belongings import settle_in
from tests.integration.store.conftest import NoQueue, opened

pytestmark = pytest.mark.databases("sqlite", "postgresql")

OLD_KEY, NEW_KEY = generate_key(), generate_key()
OLD, BOTH, NEW = Cipher([OLD_KEY]), Cipher([NEW_KEY, OLD_KEY]), Cipher([NEW_KEY])

#: How a field says that it holds one.
_SEALED = (Sealed, Sealed | None)
COLUMNS = list(sealed_columns(platform_tables()))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def held(engine: Engine, column: Column[Any]) -> list[Sealed]:
    """The sealed texts in a column."""
    with Session(engine) as session:
        values = session.scalars(select(column).where(column.is_not(None))).all()
    names = column.info.get(SEALED_WITHIN)
    return [text for value in values for text in ([value[n] for n in names] if names else [value])]


def fill(engine: Engine) -> UUID:
    """A secret in every column that can hold one, sealed with the old key."""
    store = Store(engine, NoQueue())
    installation = opened(store, f"shop-{uuid4()}")
    settle_in(store, installation)
    rows: dict[type, dict[str, Any]] = {
        CodeSecretRow: {"installation_id": installation},
        SigningKeyRow: {"id": "key", "created_at": NOON},
        KeyProofRow: {"id": 1},
    }
    with Session(engine) as session, session.begin():
        for kind, values in rows.items():
            if not session.scalar(select(func.count()).select_from(kind)):
                (secret,) = (c.name for c in COLUMNS if c.table is kind.__table__)  # type: ignore[attr-defined]
                session.execute(insert(kind).values({secret: "", **values}))
        for column in COLUMNS:
            names = column.info.get(SEALED_WITHIN)
            secret_text = OLD.seal(f"secret of {column}")
            value: Any = dict.fromkeys(names, secret_text) if names else secret_text
            session.execute(update(column.table).values({column: value}))
    return installation


def sealed_fields() -> set[str]:
    """What the values that are stored call a text that is sealed."""
    names: set[str] = set()
    for package in (domain, repositories):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            for kind in vars(import_module(found.name)).values():
                if isinstance(kind, type) and is_dataclass(kind):
                    hints = get_type_hints(kind)
                    names |= {each.name for each in fields(kind) if hints[each.name] in _SEALED}
    return names


def test_every_column_that_a_sealed_value_goes_to_is_marked() -> None:
    tables = [
        *Base.metadata.sorted_tables,
        *(t for m in platform_tables() for t in m.sorted_tables),
    ]
    unmarked = {c for table in tables for c in table.columns} - set(COLUMNS)
    suspects = {str(column) for column in unmarked if column.name in sealed_fields()}
    # What a trial of the disk writes means nothing, and a logo is shown to everybody.
    assert suspects - {"bittitan_write_trials.content", "bittitan_logos.content"} == set()


def test_every_column_that_holds_secrets_has_one_here(engine: Engine) -> None:
    fill(engine)
    assert [str(column) for column in COLUMNS if not held(engine, column)] == []


def test_everything_can_be_read_with_the_new_key_alone(engine: Engine) -> None:
    fill(engine)
    rotate(engine, BOTH, platform_tables(), lambda _: None)
    read = {str(c): {NEW.open(text) for text in held(engine, c)} for c in COLUMNS}
    assert read == {str(column): {f"secret of {column}"} for column in COLUMNS}


def test_before_it_the_new_key_alone_reads_nothing(engine: Engine) -> None:
    fill(engine)
    for column in COLUMNS:
        for text in held(engine, column):
            with pytest.raises(UnreadableSecret):
                NEW.open(text)


def test_repeating_it_changes_nothing(engine: Engine) -> None:
    fill(engine)
    first = rotate(engine, BOTH, platform_tables(), lambda _: None)
    before = {str(column): held(engine, column) for column in COLUMNS}
    second = rotate(engine, BOTH, platform_tables(), lambda _: None)
    assert (first.renewed, second.renewed) == (first.total, 0)
    assert {str(column): held(engine, column) for column in COLUMNS} == before


def test_the_old_key_is_asked_for_until_everything_else_is_sealed_anew() -> None:
    assert COLUMNS[-1].table is KeyProofRow.__table__


def test_what_fits_no_key_stays_and_is_counted(engine: Engine) -> None:
    fill(engine)
    done = rotate(engine, NEW, platform_tables(), lambda _: None)
    assert (done.renewed, done.unreadable) == (0, done.total)
    assert OLD.open(held(engine, COLUMNS[0])[0]).startswith("secret of")


class Interrupted(Exception):
    """Somebody pressed a key."""


def test_an_interrupted_one_goes_on_when_repeated(engine: Engine) -> None:
    fill(engine)

    def interrupt(so_far: Rotation) -> None:
        if so_far.seen > 1:
            raise Interrupted

    with pytest.raises(Interrupted):
        rotate(engine, BOTH, platform_tables(), interrupt)
    done = rotate(engine, BOTH, platform_tables(), lambda _: None)
    assert 0 < done.renewed < done.total
    assert all(NEW.open(text) for column in COLUMNS for text in held(engine, column))


def test_progress_is_told_batch_by_batch(engine: Engine) -> None:
    fill(engine)
    heard: list[Rotation] = []
    done = rotate(engine, BOTH, platform_tables(), heard.append)
    assert [each.seen for each in heard] == sorted(each.seen for each in heard)
    assert (heard[-1], done.seen) == (done, done.total)


def test_more_rows_than_a_batch_are_all_sealed_anew(engine: Engine) -> None:
    store = Store(engine, NoQueue())
    installation = opened(store, "large")
    asset = settle_in(store, installation).asset
    with Session(engine) as session, session.begin():
        template = session.execute(select(AssetRow.__table__).where(AssetRow.id == asset.id)).one()
        session.execute(
            insert(AssetRow),
            [
                {
                    **template._asdict(),
                    "id": uuid4(),
                    "order_line_id": f"one of many {number}",
                    "coupon_code": OLD.seal(f"code {number}"),
                }
                for number in range(BATCH + 5)
            ],
        )
        few = ~AssetRow.order_line_id.startswith("one of many")
        session.execute(update(AssetRow).where(few).values(coupon_code=None))
    rotate(engine, BOTH, platform_tables(), lambda _: None)
    (column,) = (c for c in COLUMNS if str(c) == "bittitan_assets.coupon_code")
    codes = {NEW.open(text) for text in held(engine, column)}
    assert codes == {f"code {number}" for number in range(BATCH + 5)}


def test_the_command_says_what_it_did(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url)
    fill(engine)
    engine.dispose()
    said = io.StringIO()
    application = build(
        Settings(database_url=database_url, var_dir=tmp_path, secret_keys=(NEW_KEY, OLD_KEY))
    )
    status = rotate_secrets(application, as_json=True, console=Console(file=said, width=200))
    application.close()
    told = json.loads(said.getvalue())
    assert (status, told["renewed"], told["unreadable"]) == (0, told["total"], 0)


def test_the_command_ends_with_1_when_something_fits_no_key(
    database_url: str, tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    fill(engine)
    engine.dispose()
    said = io.StringIO()
    application = build(
        Settings(database_url=database_url, var_dir=tmp_path, secret_keys=(NEW_KEY,))
    )
    assert rotate_secrets(application, console=Console(file=said, width=200)) == 1
    application.close()
    assert "BITTITAN_SECRET_KEYS" in said.getvalue()
