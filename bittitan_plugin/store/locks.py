"""Locks for looking for something and then making it, where no row exists yet to lock."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turns(session: Session, subject: str, installation_id: UUID | None = None) -> None:
    """Wait for other transactions that hold ``subject``; hold it until this one ends.

    SQLite needs no such lock: its writers have the database to themselves.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"bittitan:{installation_id}:{subject}", 0)
        session.execute(select(func.pg_advisory_xact_lock(key)))
