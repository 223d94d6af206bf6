"""Stores how far each Saleor's orders have been read, so that a restart skips none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bittitan_plugin.platforms.saleor.apps import SaleorApp
from bittitan_plugin.platforms.saleor.tables import SaleorAppRow, SaleorCursorRow
from bittitan_plugin.store.engine import reading_engine, writing_engine


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Where reading continues."""

    #: By Saleor's clock: every order that changed before has been read.
    orders_updated_at: datetime
    #: By our clock: the time of the last poll; None before the first one.
    polled_at: datetime | None


class Cursors:
    """Reads and moves them, in short transactions of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = reading_engine(engine)

    def of(self, app: SaleorApp) -> Cursor:
        """The cursor; it begins at the app's registration: earlier orders are not served."""
        with Session(self._reading) as session:
            row = session.get(SaleorCursorRow, app.installation_id)
            if row is not None:
                return Cursor(orders_updated_at=row.orders_updated_at, polled_at=row.polled_at)
            registered = session.get_one(SaleorAppRow, app.installation_id).registered_at
            return Cursor(orders_updated_at=registered, polled_at=None)

    def move(self, installation_id: UUID, orders_updated_at: datetime, polled_at: datetime) -> None:
        """Continue from there; orders never go back, because another worker may be further."""
        with Session(writing_engine(self._engine)) as session, session.begin():
            row = session.get(SaleorCursorRow, installation_id, with_for_update=True)
            if row is None:
                row = SaleorCursorRow(
                    installation_id=installation_id,
                    orders_updated_at=orders_updated_at,
                    polled_at=polled_at,
                )
                session.add(row)
            row.orders_updated_at = max(row.orders_updated_at, orders_updated_at)
            # Our clock may have been stepped back.
            row.polled_at = polled_at
