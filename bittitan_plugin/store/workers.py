"""Stores which processes run workflows, and finds which of them are alive."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.waits import left
from bittitan_plugin.store.engine import writing_engine
from bittitan_plugin.store.tables import WorkerRow

#: A worker silent for longer counts as dead. Doing its work twice would do no harm.
SILENCE = timedelta(seconds=30)


class WorkerRegistry:
    """Heartbeats, one row per worker process."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def beat(self, executor_id: str) -> None:
        """Store this worker's heartbeat."""
        now = self._clock()
        with self._writing() as session, session.begin():
            found = session.execute(
                update(WorkerRow)
                .where(WorkerRow.executor_id == executor_id)
                .values(seen_at=now)
                .returning(WorkerRow.executor_id)
            ).all()
            if not found:
                session.execute(
                    insert(WorkerRow).values(
                        executor_id=executor_id,
                        machine=socket.gethostname(),
                        pid=os.getpid(),
                        seen_at=now,
                    )
                )

    def alive(self) -> set[str]:
        """The workers with a recent heartbeat that, on this machine, still run."""
        with Session(self._engine) as session:
            rows = session.scalars(select(WorkerRow)).all()
        now = self._clock()
        return {row.executor_id for row in rows if _is_heard(row, now) and not _is_gone(row)}

    def sign_off(self, executor_id: str) -> None:
        """Delete the row of this worker, which stops, and rows of workers long dead."""
        with self._writing() as session, session.begin():
            session.execute(delete(WorkerRow).where(WorkerRow.executor_id == executor_id))
            session.execute(
                delete(WorkerRow).where(WorkerRow.seen_at < self._clock() - timedelta(days=1))
            )

    def _writing(self) -> Session:
        return Session(writing_engine(self._engine))


def _is_heard(row: WorkerRow, now: datetime) -> bool:
    return bool(left(row.seen_at + SILENCE, now, SILENCE))


def _is_gone(row: WorkerRow) -> bool:
    """Whether a worker on this machine has ended, which is known without waiting."""
    if row.machine != socket.gethostname():
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
