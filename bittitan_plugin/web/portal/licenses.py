"""Reads what one customer may see, each with one visit to the database.

What belongs to others is reported as not found, as everywhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.access import NO_ACCOUNTS, OwnAccounts, Viewer, bought, owns
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import HistoryEntry
from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.queries.assets import AssetSort, asset_list, sort_key
from bittitan_plugin.store.queries.audience import audience_of
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.queries.lists import account_list
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.pages import counted
from bittitan_plugin.web.portal.filters import Wanted, after_position, cursor
from bittitan_plugin.web.portal.wording import Standing, standing

#: How many licences one page lists, and how many end customers. Our choice.
PAGE_SIZE, MOST_END_CUSTOMERS = 20, 100


@dataclass(frozen=True, kw_only=True)
class License:
    """One asset as its buyer or its end customer sees it."""

    asset: Asset
    #: None for the end customer, who sees neither its reseller's terms nor its requests.
    terms: CancellationTerms | None
    #: The pending request to cancel it, and the newest request in any state.
    request: CancellationRequest | None
    latest_request: CancellationRequest | None = None
    #: The account it was bought for; None if that is the buyer, or if the viewer may not know.
    end_customer: Account | None
    #: The product to buy again; None when it is no longer sold.
    product: Product | None = None

    @property
    def title(self) -> str:
        """The buyer's name for it."""
        return self.asset.friendly_name or self.asset.name

    @property
    def mine(self) -> bool:
        """Whether the viewer bought it."""
        return self.terms is not None

    @property
    def standing(self) -> Standing:
        """Its status, in words."""
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
        """Whether something is in progress, so that reloading may show more."""
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


@dataclass(frozen=True, kw_only=True)
class EndCustomers:
    """The viewer's end customers by address."""

    accounts: Sequence[Account]
    #: The newest invitation of each end customer, by account.
    invitations: Mapping[UUID, Invitation]
    #: Whether there are more than are listed.
    more: bool


def own_accounts(work: UnitOfWork, viewer: Viewer) -> OwnAccounts:
    """The viewer's accounts; none before it buys anything or proves its address."""
    if viewer.customer_id is None:
        return NO_ACCOUNTS
    return work.accounts.own([viewer.customer_id])[viewer.customer_id].under(viewer.email)


def list_licenses(tenant: Tenant, viewer: Viewer, wanted: Wanted) -> LicensePage:
    """The licences the viewer bought or that were bought for it. Raises ``Refusal`` on a filter."""
    sort = sort_key(AssetSort.PURCHASE_DATE, descending=True)
    with tenant.reading() as work:
        own = own_accounts(work, viewer)
        window = Window(size=PAGE_SIZE, after=after_position(wanted.after))
        page = asset_list(work, audience_of(own), wanted.assets, sort).page(window)
        found = _licenses(tenant.ports, work, own, [entry.item for entry in page.entries])
        customers, _ = _end_customers(work, own)
        older = cursor(page.entries[-1].position) if page.has_next else None
        return LicensePage(licenses=found, end_customers=customers, older=older)


def list_end_customers(tenant: Tenant, viewer: Viewer, search: str) -> EndCustomers:
    """The viewer's end customers with ``search`` in their address or company."""
    with tenant.reading() as work:
        accounts, more = _end_customers(work, own_accounts(work, viewer), search)
        invited = work.invitations.of_accounts([account.id for account in accounts])
    return EndCustomers(accounts=accounts, invitations=invited, more=more)


def find_license(tenant: Tenant, viewer: Viewer, asset_id: UUID) -> License:
    """One licence. Raises ``Refusal`` NOT_FOUND, also for another customer's."""
    with tenant.reading() as work:
        asset, own = owned(work, viewer, asset_id)
        (found,) = _licenses(tenant.ports, work, own, [asset])
        if not found.mine:
            return found
        product = work.products.by_ids([asset.product_id]).get(asset.product_id)
        return replace(found, latest_request=work.requests.latest_of(asset.id), product=product)


def owned(work: UnitOfWork, viewer: Viewer, asset_id: UUID) -> tuple[Asset, OwnAccounts]:
    """The asset and the viewer's accounts, if it was bought by or for one of them.

    Raises ``Refusal`` NOT_FOUND otherwise.
    """
    asset, own = work.assets.by_ids([asset_id]).get(asset_id), own_accounts(work, viewer)
    if asset is None or not owns(own, asset):
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such licence.", field="id")
    return asset, own


def changes_since(tenant: Tenant, asset: Asset, seen: datetime) -> list[HistoryEntry]:
    """The changes of an asset since its page was made."""
    with tenant.reading() as work:
        entries = work.assets.history([asset.id])[asset.id]
    return [entry for entry in entries if entry.at >= seen]


def _end_customers(
    work: UnitOfWork, own: OwnAccounts, search: str = ""
) -> tuple[Sequence[Account], bool]:
    if own.buyer is None:
        return [], False
    # One more, because the account itself is among them.
    window, buyer = Window(size=MOST_END_CUSTOMERS + 1), OwnAccounts(buyer=own.buyer)
    page = account_list(work, audience_of(buyer), search).page(window)
    found = [entry.item for entry in page.entries if entry.item.id != own.buyer.id]
    return found[:MOST_END_CUSTOMERS], page.has_next or len(found) > MOST_END_CUSTOMERS


def _licenses(
    ports: Ports, work: UnitOfWork, own: OwnAccounts, assets: Sequence[Asset]
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
            end_customer=_shown(known, own, asset),
        )
        for asset, mine in ((each, bought(own, each)) for each in assets)
    ]


def _shown(known: dict[UUID, Account], own: OwnAccounts, asset: Asset) -> Account | None:
    """The end customer, for its reseller; None for the end customer itself."""
    if asset.end_customer_id is None or not bought(own, asset):
        return None
    return known.get(asset.end_customer_id)
