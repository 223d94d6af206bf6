"""Free-text search: a part of any of several columns, whatever its case."""

from sqlalchemy import ColumnElement, SQLColumnExpression, or_


def contains(text: str, *columns: SQLColumnExpression[str | None]) -> ColumnElement[bool]:
    """Whether any column contains ``text``; ``%`` and ``_`` in it are taken literally."""
    return or_(*(column.icontains(text, autoescape=True) for column in columns))
