"""Taking turns where there is no row yet to lock: looking for something, then making it."""

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
