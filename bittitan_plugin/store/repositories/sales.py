"""Reads a sale for its steps at once: the asset, its account, and the distributor's settings.

Single reads would be an exchange with the database each, at every step of every sale.
"""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.mapping import from_row, to_asset
from bittitan_plugin.store.repositories.installations import to_installation
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AccountRow, AssetRow, CodeSecretRow, InstallationRow

_ASSETS, _ACCOUNTS, _INSTALLATIONS, _SECRETS = (
    cast(Table, row.__table__) for row in (AssetRow, AccountRow, InstallationRow, CodeSecretRow)
)
_ACCOUNT, _INSTALLATION = "account.", "installation."


def _named(table: Table, prefix: str) -> list[Any]:
    return [column.label(f"{prefix}{column.name}") for column in table.c]


_SALE = (
    select(
        _ASSETS,
        *_named(_ACCOUNTS, _ACCOUNT),
        *_named(_INSTALLATIONS, _INSTALLATION),
        _SECRETS.c.secret.label("code_secret"),
    )
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _ASSETS.c.account_id)
    .join(_INSTALLATIONS, _INSTALLATIONS.c.id == _ASSETS.c.installation_id)
    .join(_SECRETS, _SECRETS.c.installation_id == _ASSETS.c.installation_id, isouter=True)
    .where(_ASSETS.c.installation_id == bindparam("mine"), _ASSETS.c.id == bindparam("asset_id"))
)


@dataclass(frozen=True, kw_only=True)
class Sale:
    """An asset and what belongs to it."""

    asset: Asset
    account: Account
    configuration: Configuration
    #: The sealed secret for the fingerprints of the installation's codes; None before its first.
    code_secret: Sealed | None


class SaleRepository(Repository):
    """Reads sales. ``AssetRepository`` changes them."""

    def get(self, asset_id: UUID) -> Sale:
        """The sale of that asset. Raises ``Refusal`` NOT_FOUND on ``id``."""
        which = {"mine": self._installation_id, "asset_id": asset_id}
        row = self._session.execute(_SALE, which).first()
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such asset.", field="id")
        return Sale(
            asset=to_asset(row),
            account=from_row(Account, row, prefix=_ACCOUNT),
            configuration=to_installation(row, prefix=_INSTALLATION).configuration,
            code_secret=None if row.code_secret is None else Sealed(row.code_secret),
        )
