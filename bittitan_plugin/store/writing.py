"""Whether the database takes writes: a full disk and a read-only database still answer reads."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bittitan_plugin.store.engine import writing_engine
from bittitan_plugin.store.tables import WorkerRow

#: Rows of a trial on SQLite: more than fit on its free pages, so that it must ask the disk.
ROWS = 60
_FULL, _READ_ONLY = "cannot be written: the disk is full", "cannot be written: it is read-only"
#: PostgreSQL's own codes: disk_full, read_only_sql_transaction.
_BY_CODE = {"53100": _FULL, "25006": _READ_ONLY}
_BY_WORDS = {"is full": _FULL, "readonly": _READ_ONLY}


def write_fault(engine: Engine) -> str:
    """What stands in the way of writing, in words; empty when nothing does. Keeps nothing."""
    now, count = datetime.now(UTC), ROWS if engine.dialect.name == "sqlite" else 1
    rows = [
        {"executor_id": f"trial {uuid4().hex}", "machine": "-" * 200, "pid": 0, "seen_at": now}
        for _ in range(count)
    ]
    try:
        with writing_engine(engine).connect() as connection:
            connection.execute(insert(WorkerRow), rows)
            connection.rollback()
    except SQLAlchemyError as error:
        return fault_in_words(error)
    return ""


def fault_in_words(error: SQLAlchemyError) -> str:
    """What an error of the database means for who runs it.

    Its own text may carry addresses and values, so only what is known of it is said.
    """
    cause = error.orig if isinstance(error, DBAPIError) else None
    by_code = _BY_CODE.get(getattr(cause, "sqlstate", None) or "")
    if by_code:
        return by_code
    said = str(cause).lower()
    for words, meaning in _BY_WORDS.items():
        if words in said:
            return meaning
    return f"cannot be reached ({type(error).__name__})"
