"""Installations: the only repository that is not made for one of them."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource, Sealed
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.store.locks import take_turns
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.tables import InstallationRow

# Read at every step of a sale, so built once.
_INSTALLATIONS = cast(Table, InstallationRow.__table__)
_BY_ID = select(_INSTALLATIONS).where(_INSTALLATIONS.c.id == bindparam("installation_id"))


class InstallationRepository:
    """Opens, finds and stores installations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, installation_id: UUID) -> Installation:
        """The one with that id. Raises ``LookupError``: an unknown id is a programming error."""
        row = self._session.execute(_BY_ID, {"installation_id": installation_id}).first()
        if row is None:
            raise LookupError(f"there is no installation {installation_id}")
        return to_installation(row)

    def by_key(self, key: str) -> Installation | None:
        """The installation with a platform's ``key``, or None."""
        row = self._session.scalar(select(InstallationRow).where(InstallationRow.key == key))
        return to_installation(row) if row else None

    def locked(self, key: str) -> Installation:
        """The existing installation with that key, locked against other changes."""
        row = self._session.scalars(
            select(InstallationRow).where(InstallationRow.key == key).with_for_update()
        ).one()
        return to_installation(row)

    def all(self) -> list[Installation]:
        """Every installation, oldest first."""
        rows = self._session.scalars(select(InstallationRow).order_by(InstallationRow.created_at))
        return [to_installation(row) for row in rows]

    def open(self, key: str, at: datetime) -> Installation:
        """The installation with that key, made (switched off, with defaults) when there is none."""
        take_turns(self._session, f"installation:{key}")
        known = self.by_key(key)
        if known:
            return known
        installation = Installation(
            id=uuid4(), key=key, active=False, configuration=Configuration(), created_at=at
        )
        self._session.add(
            InstallationRow(
                id=installation.id,
                key=key,
                active=False,
                configuration=_to_json(installation.configuration),
                created_at=at,
            )
        )
        self._session.flush()
        return installation

    def save(self, installation: Installation) -> None:
        """Store whether it is active, since when, its configuration, and which logo it has."""
        self._session.execute(
            update(InstallationRow)
            .where(InstallationRow.id == installation.id)
            .values(
                active=installation.active,
                configuration=_to_json(installation.configuration),
                switched_on_at=installation.switched_on_at,
                logo_digest=installation.logo_digest,
            )
        )


#: Settings that name a source, or nothing.
_OWN_SOURCES = ("mailbox_license_source", "user_migration_bundle_source")


def _source(name: str | None) -> CouponSource | None:
    return CouponSource(name) if name else None


def _to_json(configuration: Configuration) -> dict[str, Any]:
    values = {field.name: getattr(configuration, field.name) for field in fields(configuration)}
    limit, rate = values["automatic_cancellation_limit"], values["tax_rate"]
    return {
        **values,
        "tax_rate": None if rate is None else str(rate),
        "automatic_cancellation_limit": None if limit is None else str(limit),
        "automatic_cancellation_product_types": [
            kind.value for kind in configuration.automatic_cancellation_product_types
        ],
    }


def to_installation(row: InstallationRow | Row[Any], *, prefix: str = "") -> Installation:
    """The installation in a row, from columns with names that begin with ``prefix``."""
    values = dict(getattr(row, f"{prefix}configuration"))
    limit = values["automatic_cancellation_limit"]
    password, rate = values["api_password"], values["tax_rate"]
    return from_row(
        Installation,
        row,
        prefix=prefix,
        configuration=Configuration(
            **{
                **values,
                "coupon_source": CouponSource(values["coupon_source"]),
                **{name: _source(values[name]) for name in _OWN_SOURCES},
                "provision_on": ProvisionOn(values["provision_on"]),
                "api_password": None if password is None else Sealed(password),
                "automatic_cancellation_limit": None if limit is None else Decimal(limit),
                "tax_rate": None if rate is None else Decimal(rate),
                "automatic_cancellation_product_types": tuple(
                    map(ProductType, values["automatic_cancellation_product_types"])
                ),
            }
        ),
    )
