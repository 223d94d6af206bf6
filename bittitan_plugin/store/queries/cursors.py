"""Cursors: base64 of a JSON pair, the sort value and the id. Clients must not look inside."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import LARGEST_AMOUNT
from bittitan_plugin.store.queries.keyset import Position, SortKey

#: The largest whole number every database column of ours can be compared with.
_LARGEST_WHOLE = 2**31


def encode(position: Position) -> str:
    """The cursor of a row."""
    pair = [_WRITERS.get(type(position.value), _same)(position.value), position.id.hex]
    return base64.b64encode(json.dumps(pair, separators=(",", ":")).encode()).decode()


def decode(cursor: str, sort: SortKey, *, field: str) -> Position:
    """The position in a cursor. Raises ``Refusal`` on ``field`` when it fits no such list.

    Cursors come from clients, so values that the database cannot handle must not get through.
    """
    try:
        value, key = json.loads(base64.b64decode(cursor, validate=True))
        if value is not None:
            value = _READERS[sort.kind](value)
        elif not sort.nullable:
            raise ValueError("null in a column that holds none")
        return Position(value, UUID(hex=key))
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refusal(
            ErrorCode.INVALID, "This cursor does not belong to a list sorted so.", field=field
        ) from None


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not text")
    value.encode()  # A lone surrogate cannot be sent to a database.
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > _LARGEST_WHOLE:
        raise ValueError("not a whole number")
    return value


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.utcoffset() is None:
        raise ValueError("no time zone")
    return instant.astimezone(UTC)


def _amount(value: Any) -> Decimal:
    amount = Decimal(_text(value))
    if not abs(amount) < LARGEST_AMOUNT:
        raise ValueError("not an amount")
    return amount


_WRITERS: dict[type, Callable[[Any], Any]] = {datetime: datetime.isoformat, Decimal: str}
_READERS: dict[type, Callable[[Any], Any]] = {
    str: _text,
    int: _whole,
    datetime: _instant,
    Decimal: _amount,
}
