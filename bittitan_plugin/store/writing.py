"""Tests whether the database accepts writes: if full or read-only, it still answers reads."""

from uuid import uuid4

import structlog
from sqlalchemy import Engine, exc

from bittitan_plugin.store.engine import insert_into, writing_engine
from bittitan_plugin.store.tables import WriteTrialRow

log = structlog.get_logger(__name__)

#: The database is down, full or read-only. The errors' texts may quote values.
NO_DATABASE = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
#: The size of the trial's row, in units of 32 characters. On SQLite about a sale's writes (64 kB),
#: so room for the trial is room for a sale; PostgreSQL needs the disk for each commit anyway.
_TIMES = {"sqlite": 2048, "postgresql": 1}
#: The key of the only row.
_ONLY = 1

_FULL, _READ_ONLY = "cannot be written: the disk is full", "cannot be written: it is read-only"
#: PostgreSQL's own codes: disk_full, read_only_sql_transaction.
_BY_CODE = {"53100": _FULL, "25006": _READ_ONLY}
_BY_WORDS = {
    "is full": _FULL,
    "readonly": _READ_ONLY,
    "disk i/o error": "cannot be written: the disk is full or broken",
    "is locked": "is busy: something else has been writing for too long",
}


def write_fault(engine: Engine) -> str:
    """Why the database does not accept writes, in words; empty when it does.

    It commits, because SQLite writes to the disk only then. It replaces one row, so nothing grows.
    """
    content = uuid4().hex * _TIMES[engine.dialect.name]
    statement = insert_into(engine, WriteTrialRow).values(id=_ONLY, content=content)
    replace = statement.on_conflict_do_update(index_elements=["id"], set_={"content": content})
    try:
        with writing_engine(engine).begin() as connection:
            connection.execute(replace)
    except exc.SQLAlchemyError as error:
        return fault_in_words(error)
    return ""


def logged_fault(error: exc.SQLAlchemyError) -> str:
    """The fault in words, for an answer that failed because of it; it is logged too."""
    fault = fault_in_words(error)
    log.error("answer without database", kind=type(error).__name__, fault=fault)
    return fault


def fault_in_words(error: exc.SQLAlchemyError) -> str:
    """What an error of the database means to its operator.

    Its own text may contain addresses and values, so only known faults are named.
    """
    cause = error.orig if isinstance(error, exc.DBAPIError) else None
    by_code = _BY_CODE.get(getattr(cause, "sqlstate", None) or "")
    if by_code:
        return by_code
    said = str(cause).lower()
    for words, meaning in _BY_WORDS.items():
        if words in said:
            return meaning
    return f"cannot be reached ({type(error).__name__})"
