"""What is asked of a database: the SQL statements that run on an engine meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

#: How statements begin that change something.
CHANGING = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def statements_of(engine: Engine, *beginnings: str) -> Iterator[list[str]]:
    """Collects them in order, or those that begin like that; transactions' own ones apart."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(beginnings or "") and not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
