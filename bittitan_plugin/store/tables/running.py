"""The tables of the running program: problems, runs, workers and the like."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables.base import Base, installation_id, where
from bittitan_plugin.store.types import SEALED


class ProblemRow(Base):
    """Something that needs a person. One open row per key; repetitions count up."""

    __tablename__ = "bittitan_problems"
    __table_args__ = (
        UniqueConstraint("installation_id", "key"),
        Index("ix_bittitan_problems_open", "installation_id", "resolved_at", "first_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str]
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_assets.id"))
    order_id: Mapped[str | None]
    message: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(40))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    occurrences: Mapped[int]
    resolved_at: Mapped[datetime | None]
    dismissed_by: Mapped[str | None]


class RunRow(Base):
    """A long run and how far it has come. The partial index allows one at work per kind."""

    __tablename__ = "bittitan_runs"
    __table_args__ = (
        Index(
            "uq_bittitan_runs_at_work",
            "installation_id",
            "kind",
            unique=True,
            **where("state = 'RUNNING'"),
        ),
        Index("ix_bittitan_runs_started", "installation_id", "started_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    done: Mapped[int]
    total: Mapped[int | None]
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Text)


class UploadRow(Base):
    """An uploaded file that waits to be processed; deleted afterwards."""

    __tablename__ = "bittitan_uploads"

    #: The run that processes it.
    id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_runs.id"), primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
    name: Mapped[str]
    #: It may contain coupon codes.
    content: Mapped[str] = mapped_column(Text, info=SEALED)


class WorkerRow(Base):
    """A process that runs workflows, and its last heartbeat."""

    __tablename__ = "bittitan_workers"

    executor_id: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    pid: Mapped[int]
    seen_at: Mapped[datetime]


class RetryRow(Base):
    """Durable work that waits for its next attempt; deleted when the work is done."""

    __tablename__ = "bittitan_retries"
    __table_args__ = (
        Index("ix_bittitan_retries_due", "is_handed_in", "next_attempt_at"),
        Index("ix_bittitan_retries_asset", "installation_id", "asset_id"),
    )

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    workflow: Mapped[str] = mapped_column(String(40))
    #: Ids and words, never codes or passwords.
    arguments: Mapped[list[str]]
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_assets.id"))
    order_id: Mapped[str | None]
    step: Mapped[str] = mapped_column(String(40))
    error_code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    settled: Mapped[list[str]]
    attempt: Mapped[int]
    next_attempt_at: Mapped[datetime]
    is_handed_in: Mapped[bool]


class CircuitRow(Base):
    """A vendor's address that must not be called now, and why; see ``domain/circuit.py``."""

    __tablename__ = "bittitan_circuits"

    address: Mapped[str] = mapped_column(String(500), primary_key=True)
    closure: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    since: Mapped[datetime]
    retry_at: Mapped[datetime]
    tries: Mapped[int]


class SentMailRow(Base):
    """One mail that counts against a limit; deleted later, when its subject is counted again."""

    __tablename__ = "bittitan_sent_mails"
    __table_args__ = (Index("ix_bittitan_sent_mails_subject", "installation_id", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
    #: Its limit and what the mail is about; see ``services/mail_limits.py``.
    subject: Mapped[str]
    sent_at: Mapped[datetime]


class EndedSessionRow(Base):
    """A session that was ended before it expired."""

    __tablename__ = "bittitan_ended_sessions"

    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    #: When its cookie expires, and the row is no longer needed.
    runs_out_at: Mapped[datetime] = mapped_column(index=True)


class KeyProofRow(Base):
    """The only row, which only the right key opens."""

    __tablename__ = "bittitan_key_proof"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    marker: Mapped[str] = mapped_column(Text, info=SEALED)


class WriteTrialRow(Base):
    """The only row, which is written to test whether the database accepts writes."""

    __tablename__ = "bittitan_write_trials"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
