"""Work that waits without a thread, and work that lost its thread: rows of the engine's own table.

The engine can delay what is handed in, but not what has begun. Both touch one row in the state the
engine itself would give it, so that it is found by the engine's own means. Written for the pinned
version of the engine; its tests fail should another one keep its rows differently.
"""

from collections.abc import Collection
from functools import lru_cache
from time import time
from typing import Any

from dbos import DBOS
from dbos._context import DBOSContext, get_local_dbos_context
from dbos._dbos import _get_dbos_instance
from sqlalchemy import Select, Table, Update, bindparam, literal, select, update

from bittitan_plugin.store.engine import looking
from bittitan_plugin.workflows.engine.suspending import Left


class Parked(Left):
    """The workflow waits in the database, in no thread."""


def park(seconds: float) -> None:
    """Leave the workflow of this thread for ``seconds``; any worker then goes on with it.

    What its steps recorded stays. Always raises ``Parked``: if another process has taken the
    workflow over meanwhile its row is left alone, and it is no longer ours to continue.
    """
    table, context = rows(), _context()
    until = int((time() + seconds) * 1000)
    _execute(
        update(table)
        .where(
            table.c.workflow_uuid == context.workflow_id,
            table.c.status == "PENDING",
            table.c.owner_xid == context.owner_xid,
        )
        .values(
            status="DELAYED",
            delay_until_epoch_ms=until,
            owner_xid=None,
            started_at_epoch_ms=None,
            # The engine gives up on what was begun too often, taking each time for a crash.
            recovery_attempts=0,
        )
    )
    raise Parked


def has_records() -> bool:
    """Whether the workflow of this thread has recorded the outcome of any step."""
    sys_db = _get_dbos_instance()._sys_db
    question = _any_record(sys_db.tables.operation_outputs)
    with looking(sys_db.engine) as connection:
        return (
            connection.execute(question, {"workflow": _context().workflow_id}).first() is not None
        )


def wake(installations: Collection[str]) -> int:
    """Let what waits for these installations go on now. Returns how many workflows there were."""
    table = rows()
    return _execute(
        update(table)
        .where(table.c.status == "DELAYED", table.c.queue_partition_key.in_(installations))
        .values(delay_until_epoch_ms=int(time() * 1000))
    )


def wake_stranded(longest: float) -> int:
    """Let go on what waits longer than ``longest`` seconds: the clock has been stepped back.

    Returns how many workflows there were.
    """
    table, now = rows(), time()
    return _execute(
        update(table)
        .where(
            table.c.status == "DELAYED",
            table.c.delay_until_epoch_ms > int((now + longest) * 1000),
        )
        .values(delay_until_epoch_ms=int(now * 1000))
    )


def running_here() -> set[str]:
    """Ids of the workflows that have a thread in this process."""
    return set(_get_dbos_instance()._active_workflows_set.activeList())


def begun_by(executor_id: str) -> set[str]:
    """Ids of the workflows that the database takes for begun by that worker."""
    found = DBOS.list_workflows(
        status="PENDING", executor_id=executor_id, load_input=False, load_output=False
    )
    return {status.workflow_id for status in found}


def hand_back(executor_id: str, workflow_ids: Collection[str]) -> int:
    """Queue work of this worker again that has no thread any more. Returns how many there were."""
    table = rows()
    return _execute(
        update(table)
        .where(
            table.c.workflow_uuid.in_(workflow_ids),
            table.c.status == "PENDING",
            table.c.executor_id == executor_id,
        )
        .values(status="ENQUEUED", owner_xid=None, started_at_epoch_ms=None, recovery_attempts=0)
    )


def rows() -> Table:
    """The engine's table of workflows."""
    table: Table = _get_dbos_instance()._sys_db.tables.workflow_status
    return table


@lru_cache(maxsize=1)
def _any_record(records: Table) -> Select[int]:
    return select(literal(1)).where(records.c.workflow_uuid == bindparam("workflow")).limit(1)


def _context() -> DBOSContext:
    context = get_local_dbos_context()
    if context is None:
        raise RuntimeError("there is no workflow in this thread")
    return context


def _execute(statement: Update) -> int:
    with _get_dbos_instance()._sys_db.engine.begin() as connection:
        result: Any = connection.execute(statement)
        return int(result.rowcount)
