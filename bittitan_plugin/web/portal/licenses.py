"""Reads what one customer may see, in one visit to the database each.

Whatever belongs to others looks as if it did not exist, as everywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.access import Viewer, bought, owns
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import HistoryEntry
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services import cancellation
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.queries.accounts import account_page
from bittitan_plugin.store.queries.assets import AssetSort, asset_page, sort_key
from bittitan_plugin.store.queries.audience import OnlyAccount
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.portal.filters import Wanted, after_position, cursor
from bittitan_plugin.web.portal.wording import Standing, counted, standing

#: How many licences one page lists, and how many end customers. Ours.
PAGE_SIZE, MOST_END_CUSTOMERS = 20, 100


@dataclass(frozen=True, kw_only=True)
class License:
    """One asset as its buyer sees it, or its end customer."""

    asset: Asset
    #: None to the end customer, whom its reseller's terms do not concern; nor its requests.
    terms: CancellationTerms | None
    #: The pending request to cancel it, and the newest one whatever became of it.
    request: CancellationRequest | None
    latest_request: CancellationRequest | None = None
    #: Whom it was bought for; None where that is the buyer, or where the viewer may not know.
    end_customer: Account | None
    #: What could be bought again; None when it is no longer sold.
    product: Product | None = None

    @property
    def title(self) -> str:
        """What the buyer calls it."""
        return self.asset.friendly_name or self.asset.name

    @property
    def mine(self) -> bool:
        """Whether the viewer is the one that bought it."""
        return self.terms is not None

    @property
    def standing(self) -> Standing:
        """Where it stands, in words."""
        return standing(self.asset)

    @property
    def quantity(self) -> str:
        """``25 licences``."""
        return counted(self.asset.quantity, "licence", "licences")

    @property
    def for_whom(self) -> str | None:
        """The end customer's name."""
        return (self.end_customer.company or self.end_customer.email) if self.end_customer else None

    @property
    def expire_days(self) -> str:
        """How long its code can be entered."""
        return counted(self.asset.expire_days, "day", "days")

    @property
    def validity_days(self) -> str:
        """How long its licences can be used."""
        return counted(self.asset.validity_days, "day", "days")

    @property
    def redeemable(self) -> bool:
        """Whether the code can still be entered, as far as we know."""
        fate = self.asset.coupon_status
        return self.asset.status is AssetStatus.ACTIVE and fate is CouponStatus.AVAILABLE

    @property
    def unsettled(self) -> bool:
        """Whether something is under way, so that looking again may show more."""
        waits = self.asset.provisioning_status is ProvisioningStatus.PENDING
        return self.asset.status is AssetStatus.CANCELLING or (
            waits and self.asset.status is AssetStatus.ACTIVE
        )


@dataclass(frozen=True, kw_only=True)
class LicensePage:
    """One page of the list, newest first."""

    licenses: Sequence[License]
    end_customers: Sequence[Account]
    #: The cursor of the page after this one.
    older: str | None


def own_account(work: UnitOfWork, viewer: Viewer) -> Account | None:
    """The viewer's account; None while it has never bought anything."""
    return work.accounts.of_customer(viewer.customer_id) if viewer.customer_id else None


def list_licenses(
    ports: Ports, installation_id: UUID, viewer: Viewer, wanted: Wanted
) -> LicensePage:
    """The licences the viewer bought or that were bought for it. Raises ``Refusal`` on a filter."""
    sort = sort_key(AssetSort.PURCHASE_DATE, descending=True)
    with ports.store.reading(installation_id) as work:
        account = own_account(work, viewer)
        if account is None:
            return LicensePage(licenses=[], end_customers=[], older=None)
        window = Window(size=PAGE_SIZE, after=after_position(wanted.after))
        audience = OnlyAccount(account.id)
        page = asset_page(work, audience, wanted.assets, sort, window)
        found = _licenses(ports, work, account, [entry.item for entry in page.entries])
        customers, _ = _end_customers(work, account)
        older = cursor(page.entries[-1].position) if page.has_next else None
        return LicensePage(licenses=found, end_customers=customers, older=older)


def list_end_customers(
    ports: Ports, installation_id: UUID, viewer: Viewer
) -> tuple[Sequence[Account], bool]:
    """The viewer's end customers by address, and whether there are more than are listed."""
    with ports.store.reading(installation_id) as work:
        account = own_account(work, viewer)
        return _end_customers(work, account) if account else ([], False)


def find_license(ports: Ports, installation_id: UUID, viewer: Viewer, asset_id: UUID) -> License:
    """One licence. Raises ``Refusal`` NOT_FOUND, also for another's."""
    with ports.store.reading(installation_id) as work:
        asset, account = owned(work, viewer, asset_id)
        (found,) = _licenses(ports, work, account, [asset])
        if not found.mine:
            return found
        product = work.products.by_ids([asset.product_id]).get(asset.product_id)
        return replace(found, latest_request=work.requests.latest_of(asset.id), product=product)


def owned(work: UnitOfWork, viewer: Viewer, asset_id: UUID) -> tuple[Asset, Account]:
    """The asset and the viewer's account, if it bought it or it was bought for it.

    Raises ``Refusal`` NOT_FOUND otherwise.
    """
    asset, account = work.assets.by_ids([asset_id]).get(asset_id), own_account(work, viewer)
    if asset is None or account is None or not owns(account.id, asset):
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such licence.", field="id")
    return asset, account


def changes_since(
    ports: Ports, installation_id: UUID, asset: Asset, seen: datetime
) -> list[HistoryEntry]:
    """What became of an asset since its page was made."""
    with ports.store.reading(installation_id) as work:
        entries = work.assets.history([asset.id])[asset.id]
    return [entry for entry in entries if entry.at >= seen]


def _end_customers(work: UnitOfWork, account: Account) -> tuple[Sequence[Account], bool]:
    # One more, because the account itself is among them.
    window = Window(size=MOST_END_CUSTOMERS + 1)
    page = account_page(work, OnlyAccount(account.id), "", window)
    found = [entry.item for entry in page.entries if entry.item.id != account.id]
    return found[:MOST_END_CUSTOMERS], page.has_next


def _licenses(
    ports: Ports, work: UnitOfWork, account: Account, assets: Sequence[Asset]
) -> list[License]:
    installation = work.installations.by_id(work.installation_id)
    pending = work.requests.pending_of([asset.id for asset in assets])
    ids = {asset.end_customer_id for asset in assets if asset.end_customer_id}
    known = work.accounts.by_ids(ids)
    return [
        License(
            asset=asset,
            terms=cancellation.terms(ports, installation, asset) if mine else None,
            request=pending.get(asset.id) if mine else None,
            end_customer=_shown(known, account, asset),
        )
        for asset, mine in ((each, bought(account, each)) for each in assets)
    ]


def _shown(known: dict[UUID, Account], account: Account, asset: Asset) -> Account | None:
    """The end customer, to the reseller it belongs to; to itself it is nobody else."""
    if asset.end_customer_id in (None, account.id):
        return None
    found = known.get(asset.end_customer_id)
    return found if found and found.reseller_id == account.id else None
