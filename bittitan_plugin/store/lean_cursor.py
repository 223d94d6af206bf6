"""A cursor for PostgreSQL that describes columns by name and type only, which is faster.

The driver describes each column with an object of its own at every statement; for the widest table
that cost more than reading its row. SQLAlchemy asks for these two values and no others.
"""

from typing import Any

import psycopg

#: Display size, internal size, precision, scale, and whether it may be null: never used.
_UNASKED = (None,) * 5


class LeanCursor(psycopg.Cursor[Any]):
    """A cursor that describes columns as plain tuples, as in DB-API."""

    @property
    def description(self) -> list[Any] | None:
        """One tuple for each column; None when there are none."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        encoding = self._encoding
        return [
            ((result.fname(column) or b"").decode(encoding), result.ftype(column), *_UNASKED)
            for column in range(result.nfields)
        ]
