"""The Saleors that installed the app, with their keys and the sealed token to call them.

One Saleor is one installation of the plugin; its API address is the installation's key, so that
two Saleors never share a row of anything. Uninstalling closes it and deletes nothing; installing
again continues with what was there.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.platforms.saleor.tables import SaleorAppRow, SaleorProblemRow
from bittitan_plugin.store.engine import reading_engine, writing_engine
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.repositories.installations import InstallationRepository

_log = structlog.get_logger(__name__)


class AppState(StrEnum):
    """The state of the app at one Saleor."""

    ACTIVE = "ACTIVE"
    #: Staff switched it off in the Dashboard: its token is invalid until they switch it on again.
    DEACTIVATED = "DEACTIVATED"
    #: It was removed. Its sales stay here.
    UNINSTALLED = "UNINSTALLED"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The data of one successful installation."""

    api_url: str
    domain: str
    #: Saleor's global id of the app.
    app_id: str
    token: str = field(repr=False)
    jwks: Mapping[str, Any]
    #: The header ``Saleor-Schema-Version``: ``3.23``.
    version: str


@dataclass(frozen=True, kw_only=True)
class SaleorApp:
    """The app at one Saleor, as it is known now."""

    installation_id: UUID
    api_url: str
    domain: str
    app_id: str
    sealed_token: Sealed = field(repr=False)
    jwks: Mapping[str, Any] = field(repr=False)
    jwks_fetched_at: datetime
    version: str
    state: AppState
    changed_at: datetime

    @property
    def is_active(self) -> bool:
        """Whether Saleor answers our calls."""
        return self.state is AppState.ACTIVE


class SaleorApps:
    """Stores the apps, one row for each Saleor. Opens short transactions of its own."""

    def __init__(self, engine: Engine, cipher: Cipher, clock: Clock) -> None:
        self._engine = engine
        self._reading = reading_engine(engine)
        self._cipher = cipher
        self._clock = clock

    def register(self, registration: Registration) -> SaleorApp:
        """Store a Saleor that has proved its identity, for the first time or again.

        The first time opens its installation; later, its settings, assets and everything
        else are kept.
        """
        now = self._clock()
        with self._writing() as session:
            installation = InstallationRepository(session).open(registration.api_url, now)
            row = session.get(SaleorAppRow, installation.id)
            if row is None:
                row = SaleorAppRow(installation_id=installation.id, registered_at=now)
                session.add(row)
            elif row.app_id != registration.app_id:
                # The Dashboard lost the app's problems when the app was removed.
                theirs = SaleorProblemRow.installation_id == installation.id
                session.execute(delete(SaleorProblemRow).where(theirs))
            row.api_url, row.domain = registration.api_url, registration.domain
            row.app_id, row.saleor_version = registration.app_id, registration.version
            row.auth_token = self._cipher.seal(registration.token)
            row.jwks, row.jwks_fetched_at = dict(registration.jwks), now
            row.state, row.state_at, row.changed_at = AppState.ACTIVE, now, now
            return _to_app(row)

    def visit(self, look: Callable[[SaleorApp], object], *, missed: str) -> None:
        """Call ``look`` for every Saleor with the app switched on; the next visit retries failures.

        Any failure is logged as ``missed`` and does not stop the others.
        """
        for app in self.all_active():
            try:
                look(app)
            except SQLAlchemyError as failure:
                # The error's text may quote values.
                _log.warning(missed, saleor=app.api_url, why=type(failure).__name__)
            except Exception as failure:
                _log.warning(missed, saleor=app.api_url, why=str(failure))

    def of_api_url(self, api_url: str) -> SaleorApp | None:
        """The app at that address, whatever its state."""
        query = select(SaleorAppRow).where(SaleorAppRow.api_url == api_url)
        with Session(self._reading) as session:
            row = session.scalar(query)
            return _to_app(row) if row else None

    def of_installation(self, installation_id: UUID) -> SaleorApp | None:
        """The app of that installation; None when its platform is not a Saleor."""
        with Session(self._reading) as session:
            row = session.get(SaleorAppRow, installation_id)
            return _to_app(row) if row else None

    def all_active(self) -> list[SaleorApp]:
        """Every Saleor that has the app switched on, the oldest first."""
        query = select(SaleorAppRow).where(SaleorAppRow.state == AppState.ACTIVE)
        with Session(self._reading) as session:
            rows = session.scalars(query.order_by(SaleorAppRow.registered_at, SaleorAppRow.api_url))
            return [_to_app(row) for row in rows]

    def token(self, app: SaleorApp) -> str:
        """The token to call that Saleor with. Raises ``UnreadableSecret`` when no key fits."""
        return self._cipher.open(app.sealed_token)

    def keep_keys(self, app: SaleorApp, jwks: Mapping[str, Any]) -> SaleorApp:
        """Store the keys that Saleor publishes now."""
        with self._writing() as session:
            row = session.get_one(SaleorAppRow, app.installation_id)
            row.jwks, row.jwks_fetched_at = dict(jwks), self._clock()
            return _to_app(row)

    def change_state(self, app: SaleorApp, state: AppState, said_at: datetime) -> SaleorApp:
        """Store the state that Saleor reported at ``said_at``, unless a later one is known.

        The token of a removed app is invalid and is deleted.
        """
        with self._writing() as session:
            row = session.get_one(SaleorAppRow, app.installation_id, with_for_update=True)
            if row.app_id == app.app_id and said_at >= row.state_at:
                row.state, row.state_at, row.changed_at = state, said_at, self._clock()
                if state is AppState.UNINSTALLED:
                    row.auth_token = self._cipher.seal("")
            return _to_app(row)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(writing_engine(self._engine)) as session, session.begin():
            yield session


def _to_app(row: SaleorAppRow) -> SaleorApp:
    token = Sealed(row.auth_token)
    return from_row(SaleorApp, row, sealed_token=token, version=row.saleor_version)
