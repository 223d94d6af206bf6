"""The unit of work: one transaction for its repositories and the workflows it starts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.store.engine import reading_engine, writing_engine
from bittitan_plugin.store.locks import take_turns
from bittitan_plugin.store.repositories.accounts import AccountRepository, InvitationRepository
from bittitan_plugin.store.repositories.assets import AssetRepository
from bittitan_plugin.store.repositories.audit import AuditRepository
from bittitan_plugin.store.repositories.cancellation_requests import (
    CancellationRequestRepository,
)
from bittitan_plugin.store.repositories.claims import ClaimRepository
from bittitan_plugin.store.repositories.coupons import CouponRepository
from bittitan_plugin.store.repositories.held_coupons import HeldCouponRepository
from bittitan_plugin.store.repositories.installations import InstallationRepository
from bittitan_plugin.store.repositories.logos import LogoRepository
from bittitan_plugin.store.repositories.order_lines import (
    DeferredLineRepository,
    HeldLineRepository,
)
from bittitan_plugin.store.repositories.problems import ProblemRepository
from bittitan_plugin.store.repositories.products import ProductRepository
from bittitan_plugin.store.repositories.retries import RetryRepository
from bittitan_plugin.store.repositories.revocations import RevocationRepository
from bittitan_plugin.store.repositories.runs import RunRepository
from bittitan_plugin.store.repositories.sales import SaleRepository
from bittitan_plugin.store.repositories.sent_mails import SentMailRepository
from bittitan_plugin.store.repositories.stock import StockRepository
from bittitan_plugin.store.repositories.stock_imports import StockImportRepository
from bittitan_plugin.store.repositories.uploads import UploadRepository

R = TypeVar("R")


class WorkflowQueue(Protocol):
    """The queue of durable work."""

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        """Enqueue ``workflow`` under ``workflow_id`` within the session's transaction.

        A known id means it was enqueued before: nothing happens, whatever became of it.
        Arguments are ids, never codes or passwords: they are stored in clear text.
        """

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        """Enqueue the next attempt of that work, within the session's transaction.

        It has an id of its own for each attempt, so doing it again changes nothing.
        """


def _of_installation(kind: Callable[[Session, UUID], R]) -> cached_property[R]:
    """A repository made at first use: a transaction seldom needs more than three of them."""
    return cached_property(lambda work: kind(work.session, work.installation_id))


class UnitOfWork:
    """Repositories of one installation over one open transaction."""

    accounts = _of_installation(AccountRepository)
    invitations = _of_installation(InvitationRepository)
    sent_mails = _of_installation(SentMailRepository)
    products = _of_installation(ProductRepository)
    sales = _of_installation(SaleRepository)
    requests = _of_installation(CancellationRequestRepository)
    coupons = _of_installation(CouponRepository)
    held_coupons = _of_installation(HeldCouponRepository)
    problems = _of_installation(ProblemRepository)
    retries = _of_installation(RetryRepository)
    runs = _of_installation(RunRepository)
    deferred_lines = _of_installation(DeferredLineRepository)
    held_lines = _of_installation(HeldLineRepository)
    stock = _of_installation(StockRepository)
    stock_imports = _of_installation(StockImportRepository)
    claims = _of_installation(ClaimRepository)
    revocations = _of_installation(RevocationRepository)
    uploads = _of_installation(UploadRepository)
    logos = _of_installation(LogoRepository)

    assets = _of_installation(AssetRepository)
    audit = _of_installation(AuditRepository)

    def __init__(self, session: Session, installation_id: UUID, queue: WorkflowQueue) -> None:
        self.session = session
        self.installation_id = installation_id
        self._queue = queue

    @cached_property
    def installations(self) -> InstallationRepository:
        """The installations themselves."""
        return InstallationRepository(self.session)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """A block of work: if it raises, only this block is undone."""
        with self.session.begin_nested():
            yield

    def take_turns(self, subject: str) -> None:
        """Lock ``subject`` in this installation until the transaction ends."""
        take_turns(self.session, subject, self.installation_id)

    def enqueue(self, workflow: str, workflow_id: str, *arguments: str) -> None:
        """Start durable work if, and only if, this transaction commits."""
        self._queue.enqueue(
            self.session, workflow, workflow_id, str(self.installation_id), *arguments
        )

    def enqueue_retry(self, retry: Retry) -> None:
        """Enqueue the next attempt of that work if, and only if, this transaction commits."""
        self._queue.enqueue_retry(self.session, self.installation_id, retry)


class Store:
    """Opens units of work on one database."""

    def __init__(self, engine: Engine, queue: WorkflowQueue) -> None:
        self.engine = engine
        self._reading = reading_engine(engine)
        self._writing = writing_engine(engine)
        self._queue = queue

    @contextmanager
    def reading(self, installation_id: UUID) -> Iterator[UnitOfWork]:
        """A unit of work to read only. Each statement sees what is committed by then."""
        with Session(self._reading) as session:
            yield UnitOfWork(session, installation_id, self._queue)

    @contextmanager
    def writing(self, installation_id: UUID) -> Iterator[UnitOfWork]:
        """A unit of work that commits when the block ends and rolls back when it raises."""
        with self._write() as session:
            yield UnitOfWork(session, installation_id, self._queue)

    @contextmanager
    def looking_up(self) -> Iterator[InstallationRepository]:
        """Find installations."""
        with Session(self._reading) as session:
            yield InstallationRepository(session)

    @contextmanager
    def installations(self) -> Iterator[InstallationRepository]:
        """Find or change installations themselves, in a transaction of their own."""
        with self._write() as session:
            yield InstallationRepository(session)

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with Session(self._writing) as session, session.begin():
            yield session
