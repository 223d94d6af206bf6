"""Sessions of the pages that somebody signed out of: their cookies are worth nothing any more.

A signed cookie is good until it runs out, also in the hands of whoever has a copy of it. So those
that were ended before are kept until then.
"""

from datetime import datetime

from sqlalchemy import Engine, delete, select

from bittitan_plugin.store.engine import insert_into, looking, writing_engine
from bittitan_plugin.store.tables import EndedSessionRow


class EndedSessions:
    """Which sessions were ended, for every process alike."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __contains__(self, session_id: str) -> bool:
        """Whether that one was."""
        query = select(EndedSessionRow.id).where(EndedSessionRow.id == session_id)
        with looking(self._engine) as connection:
            return connection.scalar(query) is not None

    def add(self, session_id: str, runs_out_at: datetime, now: datetime) -> None:
        """End it; whoever ends one that is ended already changes nothing."""
        ended = insert_into(self._engine, EndedSessionRow).values(
            id=session_id, runs_out_at=runs_out_at
        )
        with writing_engine(self._engine).begin() as connection:
            connection.execute(delete(EndedSessionRow).where(EndedSessionRow.runs_out_at <= now))
            connection.execute(ended.on_conflict_do_nothing())
