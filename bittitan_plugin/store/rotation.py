"""Seals every stored secret again with the first key, so that the old keys can be removed.

It may be interrupted and repeated, and others may serve meanwhile: what is already sealed with the
first key is skipped, and rows are locked a few at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, Engine, MetaData, Table, func, inspect, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.store.engine import writing_engine
from bittitan_plugin.store.tables import Base, KeyProofRow
from bittitan_plugin.store.types import SEALED_WITHIN

#: Rows sealed again in one transaction, so that other processes do not wait for long.
BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Its progress: rows with a secret, checked, sealed again, and fitting no key."""

    total: int
    seen: int = 0
    renewed: int = 0
    unreadable: int = 0


def sealed_columns(platforms: Sequence[MetaData]) -> Iterator[Column[Any]]:
    """Every column that holds secrets, as our tables and those of ``platforms`` mark them.

    The proof of the keys is the last: until everything else is sealed again it needs the old key.
    """
    every = dict.fromkeys(
        table for each in (Base.metadata, *platforms) for table in each.sorted_tables
    )
    for table in sorted(every, key=lambda table: table is KeyProofRow.__table__):
        yield from (c for c in table.columns if c.info.get("sealed") or SEALED_WITHIN in c.info)


def rotate(
    engine: Engine,
    cipher: Cipher,
    platforms: Sequence[MetaData],
    tell: Callable[[Rotation], None],
) -> Rotation:
    """Seal everything with the first key; calls ``tell`` for each batch. Memory stays bounded.

    ``platforms`` are the tables that platforms keep beside ours.
    """
    # A platform installed a moment ago may have made none of its tables yet.
    there = inspect(engine).has_table
    columns = [column for column in sealed_columns(platforms) if there(_table(column).name)]
    with Session(engine) as session:
        totals = [session.scalar(select(func.count(column))) or 0 for column in columns]
    done = Rotation(total=sum(totals))
    for column in columns:
        for batch in _batches(engine, column):
            done = _renew(engine, cipher, column, batch, done)
            tell(done)
    return done


def _batches(engine: Engine, column: Column[Any]) -> Iterator[list[Any]]:
    """The keys of the rows with a value in that column."""
    key = _key(column)
    query, last = select(key).where(column.is_not(None)).order_by(key).limit(BATCH), None
    while True:
        with Session(engine) as session:
            keys = list(session.scalars(query if last is None else query.where(key > last)))
        if keys:
            yield keys
        if len(keys) < BATCH:
            return
        last = keys[-1]


def _renew(
    engine: Engine, cipher: Cipher, column: Column[Any], keys: list[Any], done: Rotation
) -> Rotation:
    key, renewed, unreadable = _key(column), 0, 0
    with Session(writing_engine(engine)) as session, session.begin():
        rows = session.execute(select(key, column).where(key.in_(keys)).with_for_update()).all()
        for row_key, old in rows:
            try:
                new = _sealed_anew(cipher, column, old)
            except UnreadableSecret:
                unreadable += 1
                continue
            if new is not None:
                session.execute(update(_table(column)).where(key == row_key).values({column: new}))
                renewed += 1
    return replace(
        done,
        seen=done.seen + len(keys),
        renewed=done.renewed + renewed,
        unreadable=done.unreadable + unreadable,
    )


def _table(column: Column[Any]) -> Table:
    return column.table


def _key(column: Column[Any]) -> Column[Any]:
    (key,) = _table(column).primary_key.columns
    return key


def _sealed_anew(cipher: Cipher, column: Column[Any], old: Any) -> Any:
    """The value to store instead, or None when it can stay."""
    names = column.info.get(SEALED_WITHIN)
    if names is None:
        return cipher.renewed(Sealed(old))
    held = [name for name in names if old.get(name)]
    changed = {name: new for name in held if (new := cipher.renewed(Sealed(old[name])))}
    return {**old, **changed} if changed else None
