"""What is kept of each Saleor that installed the app, beside the plugin's own tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base
from bittitan_plugin.store.types import SEALED


class SaleorAppRow(Base):
    """The app as one Saleor installed it. ``auth_token`` is sealed."""

    __tablename__ = "bittitan_saleor_apps"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    api_url: Mapped[str] = mapped_column(unique=True)
    domain: Mapped[str]
    #: Saleor's global id of the app.
    app_id: Mapped[str]
    auth_token: Mapped[str] = mapped_column(Text, info=SEALED)
    #: Saleor's public keys, as its JWKS said at ``jwks_fetched_at``.
    jwks: Mapped[dict[str, Any]]
    jwks_fetched_at: Mapped[datetime]
    #: As ``Saleor-Schema-Version`` said, ``3.23``.
    saleor_version: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    #: When Saleor said so; what it said earlier and arrives later is not believed.
    state_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    #: When any of it last changed; what was made from the row before is out of date.
    changed_at: Mapped[datetime]


class SaleorCursorRow(Base):
    """How far the orders of one Saleor have been read by the poller."""

    __tablename__ = "bittitan_saleor_cursors"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    #: Every order changed before this has been looked at.
    orders_updated_at: Mapped[datetime]
    polled_at: Mapped[datetime]


class SaleorProblemRow(Base):
    """A problem that a Saleor's Dashboard shows, because we said so there."""

    __tablename__ = "bittitan_saleor_problems"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    problem_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Since when the problem was open when it was shown; open again later, it is shown again.
    first_at: Mapped[datetime]


class SaleorTurnRow(Base):
    """Somebody writes to this order just now; see ``order_lease.py``."""

    __tablename__ = "bittitan_saleor_turns"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    order_id: Mapped[str] = mapped_column(primary_key=True)
    #: When the turn is over even if nobody ended it.
    until: Mapped[datetime]
