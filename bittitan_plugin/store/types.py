"""Column types that mean the same on SQLite and PostgreSQL: exact money, aware instants."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bittitan_plugin.domain.money import SCALE

_UNIT = Decimal(10) ** SCALE
#: Marks a column that holds text sealed by ``Cipher``: ``rotation`` finds it by this mark.
SEALED = {"sealed": True}
#: Marks a JSON column; the named values in it are sealed.
SEALED_WITHIN = "sealed_within"


class Amount(TypeDecorator[Decimal]):
    """A decimal amount stored as a whole number of 1/10000, exact and sortable on any database.

    SQLite has no decimal type and would round through a float.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To 1/10000 of a currency unit."""
        return None if value is None else int(value * _UNIT)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Back to currency units, without needless zeros but with at least cents."""
        if value is None:
            return None
        amount = Decimal(value) / _UNIT
        return amount.quantize(Decimal("0.01")) if amount == round(amount, 2) else amount


class Instant(TypeDecorator[datetime]):
    """An aware point in time. A naive one is a programming error and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite stores text without an offset, so the offset must be known to be zero."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
