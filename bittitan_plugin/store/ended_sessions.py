"""Stores sessions of the pages that somebody signed out of, so that their cookies are invalid.

A signed cookie is valid until it expires, also for somebody with a copy of it. So sessions that
end earlier are kept until then.
"""

from datetime import datetime

from sqlalchemy import Engine, delete, select

from bittitan_plugin.store.engine import insert_into, writing_engine
from bittitan_plugin.store.tables import EndedSessionRow


class EndedSessions:
    """The sessions that were ended, for all processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __contains__(self, session_id: str) -> bool:
        """Whether that session was ended."""
        query = select(EndedSessionRow.id).where(EndedSessionRow.id == session_id)
        with self._engine.connect() as connection:
            return connection.scalar(query) is not None

    def add(self, session_id: str, runs_out_at: datetime, now: datetime) -> None:
        """End it; ending it again changes nothing."""
        ended = insert_into(self._engine, EndedSessionRow).values(
            id=session_id, runs_out_at=runs_out_at
        )
        with writing_engine(self._engine).begin() as connection:
            connection.execute(delete(EndedSessionRow).where(EndedSessionRow.runs_out_at <= now))
            connection.execute(ended.on_conflict_do_nothing())
