"""The tables about each Saleor that installed the app, beside the plugin's own tables."""

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
    #: Saleor's public keys, from its JWKS at ``jwks_fetched_at``.
    jwks: Mapped[dict[str, Any]]
    jwks_fetched_at: Mapped[datetime]
    #: The header ``Saleor-Schema-Version``: ``3.23``.
    saleor_version: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    #: When Saleor reported it; an older report that arrives later is ignored.
    state_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    #: When the row last changed; objects made from the row before are out of date.
    changed_at: Mapped[datetime]


class SaleorCursorRow(Base):
    """How far the orders of one Saleor have been read by the poller."""

    __tablename__ = "bittitan_saleor_cursors"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    #: Every order changed before this has been read.
    orders_updated_at: Mapped[datetime]
    polled_at: Mapped[datetime]


class SaleorProblemRow(Base):
    """A problem that we show in a Saleor's Dashboard."""

    __tablename__ = "bittitan_saleor_problems"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    problem_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Since when the shown problem is open; if it opens again later, it is shown again.
    first_at: Mapped[datetime]


class SaleorTurnRow(Base):
    """The lease of a workflow that writes to this order; see ``order_lease.py``."""

    __tablename__ = "bittitan_saleor_turns"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    order_id: Mapped[str] = mapped_column(primary_key=True)
    #: When the lease expires if nobody ended it.
    until: Mapped[datetime]
