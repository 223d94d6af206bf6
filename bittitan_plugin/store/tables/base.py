"""The base of every table: naming, column types, and common columns."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    MetaData,
    String,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bittitan_plugin.store.types import Amount, Instant

#: Constraint names are fixed so that migrations can name what they change.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common naming and column types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        UUID: Uuid(),
        str: String(255),
        datetime: Instant(),
        Decimal: Amount(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def installation_id() -> Mapped[UUID]:
    """The installation that the row belongs to."""
    return mapped_column(ForeignKey("bittitan_installations.id"))
