"""Coupon codes that were made in BitTitan's portal and imported, to be sold one by one.

A code is money: what is kept here is sealed, and a masked form is all that lists show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.waits import left

#: The most codes of one asset. Our choice: the buyer types them into one field of the portal.
MOST_CODES = 100


class StockState(Described):
    """What became of a code. The last four are final."""

    AVAILABLE = "AVAILABLE", "It can be sold."
    ALLOCATED = "ALLOCATED", "It belongs to an asset."
    #: Its asset is being cancelled; staff have to revoke it in BitTitan's portal.
    AWAITING_REVOCATION = "AWAITING_REVOCATION", "Staff are to revoke it."
    REVOKED = "REVOKED", "Staff revoked it."
    REDEEMED = "REDEEMED", "Its licences were taken."
    #: It was not redeemed (or not even sold) in time.
    EXPIRED = "EXPIRED", "It was not redeemed in time."
    #: Staff took it out before anybody bought it; it may be imported again.
    WITHDRAWN = "WITHDRAWN", "Staff took it out of the stock before it was sold."


class ImportPhase(StrEnum):
    """How far the codes of a file have come. Only codes of a kept import are visible."""

    #: Its rows are being written, a few at a time.
    ARRIVING = "ARRIVING"
    #: It will not be kept: its rows are being removed.
    DROPPED = "DROPPED"
    #: All its rows are there; assets that waited are being served, before any newer ones.
    SERVING = "SERVING"
    KEPT = "KEPT"


#: An import that is silent for longer counts as dead. Our choice: longer than a batch of rows
#: takes where its writer waits for another.
IMPORT_SILENCE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class StockImport:
    """One file of codes: who brought in what, when."""

    id: UUID
    #: The name of the file, or in a word where it came from.
    source: str
    imported_by: str
    imported_at: datetime
    added: int = 0
    known: int = 0
    bad: int = 0
    phase: ImportPhase = ImportPhase.KEPT
    #: When it last wrote something; None once it is kept.
    touched_at: datetime | None = None
    #: The run that does it; begun again, the run may at once drop what it left behind.
    run_id: UUID | None = None

    def is_at_work(self, now: datetime) -> bool:
        """Whether its writer is still at work, as far as one can know."""
        if self.phase not in (ImportPhase.ARRIVING, ImportPhase.SERVING) or not self.touched_at:
            return False
        return bool(left(self.touched_at + IMPORT_SILENCE, now, IMPORT_SILENCE))


@dataclass(frozen=True, kw_only=True)
class StockCode:
    """One imported code."""

    id: UUID
    import_id: UUID
    code: Sealed = field(repr=False)
    #: The same for the same code; reveals nothing about it.
    fingerprint: str = field(repr=False)
    product_type: ProductType
    #: The one article it may serve; None serves every article of its product type.
    sku: str | None = None
    licenses: int
    #: The first instant at which the code can no longer be redeemed.
    expires_at: datetime
    #: How long its licences can be used, in days; None where the file did not say.
    validity_days: int | None = None
    #: What it was bought for, in currency units; the file need not say in which currency.
    cost: Decimal | None = None
    cost_currency: str | None = None
    note: str | None = None
    state: StockState = StockState.AVAILABLE
    asset_id: UUID | None = None
    allocated_at: datetime | None = None
    settled_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_reason: str | None = None

    @property
    def is_unsold(self) -> bool:
        """Whether it can still be withdrawn."""
        return self.asset_id is None and self.state in (StockState.AVAILABLE, StockState.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a code must be like to serve an asset."""

    product_type: ProductType
    sku: str
    licenses: int
    #: The code must be redeemable until then at least.
    redeemable_until: datetime
    #: The licences must be usable for so many days at least.
    validity_days: int
    #: An import with codes that may serve too, although they are not visible to others yet.
    import_id: UUID | None = None


def demand_of(asset: Asset, now: datetime, import_id: UUID | None = None) -> Demand:
    """What the asset requires of the stock now.

    Our rule: the buyer gets at least the days that the product promises (Expire) from the day it is
    handed out, and a code's licence validity, where known, must not fall short of Validity.
    """
    return Demand(
        product_type=asset.product_type,
        sku=asset.sku,
        licenses=asset.quantity,
        redeemable_until=now + timedelta(days=asset.expire_days),
        validity_days=asset.validity_days,
        import_id=import_id,
    )


def demand_for(product: Product, quantity: int, now: datetime) -> Demand:
    """What a sale of that product would require of the stock now."""
    return Demand(
        product_type=product.product_type,
        sku=product.sku,
        licenses=quantity,
        redeemable_until=now + timedelta(days=product.expire_days),
        validity_days=product.validity_days,
    )


def fits(code: StockCode, demand: Demand) -> bool:
    """Whether the code may serve the demand, alone or with others."""
    return (
        code.state is StockState.AVAILABLE
        and code.product_type is demand.product_type
        and code.sku in (None, demand.sku)
        and code.licenses <= demand.licenses
        and code.expires_at >= demand.redeemable_until
        and (code.validity_days is None or code.validity_days >= demand.validity_days)
    )


def coupon_id(codes: Sequence[StockCode]) -> str:
    """How the asset's history names its coupon; it never contains the codes themselves."""
    more = f" and {len(codes) - 1} more" if len(codes) > 1 else ""
    return f"stock {codes[0].id}{more}"
