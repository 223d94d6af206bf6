"""Who is asking, and what they may reach."""

from dataclasses import dataclass, replace
from enum import StrEnum

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.history import Actor, ActorKind


class Permission(StrEnum):
    """Staff permissions, with Saleor's names."""

    MANAGE_PRODUCTS = "MANAGE_PRODUCTS"
    MANAGE_ORDERS = "MANAGE_ORDERS"
    MANAGE_USERS = "MANAGE_USERS"
    MANAGE_PLUGINS = "MANAGE_PLUGINS"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Whoever sends a request, as a verified token names them; without a token, anonymous."""

    #: The platform's customer, or None for staff and for the anonymous viewer.
    customer_id: str | None = None
    email: str = ""
    is_staff: bool = False
    permissions: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether this is staff holding that permission."""
        return self.is_staff and permission in self.permissions

    @property
    def actor(self) -> Actor:
        """How this viewer's changes are recorded."""
        return Actor(ActorKind.STAFF if self.is_staff else ActorKind.CUSTOMER, self.email)


#: Nobody signed in.
ANONYMOUS = Viewer()


@dataclass(frozen=True, kw_only=True)
class OwnAccounts:
    """The accounts that belong to one user."""

    #: The account the user buys as; None while it has not ordered anything.
    buyer: Account | None = None
    #: Resellers' end customers with an address that the user proved to be its own. One
    #: address that two resellers named is two accounts.
    named: tuple[Account, ...] = ()

    @property
    def every(self) -> tuple[Account, ...]:
        """All of them."""
        return (self.buyer, *self.named) if self.buyer else self.named

    def under(self, email: str) -> "OwnAccounts":
        """The same for a user that has that address now: earlier proofs no longer count."""
        kept = tuple(each for each in self.named if each.email == normalized(email))
        return replace(self, named=kept)


#: For viewers without an account, such as staff and the anonymous viewer.
NO_ACCOUNTS = OwnAccounts()


def may_see(viewer: Viewer, asset: Asset, own: OwnAccounts) -> bool:
    """Whether the viewer may see an asset and use its coupon code.

    Documented for the reseller (its own and its end customers' assets). Our rule for the others:
    staff with MANAGE_ORDERS, the owner, and the end customer it was bought for.
    """
    return viewer.may(Permission.MANAGE_ORDERS) or owns(own, asset)


def may_see_terms(viewer: Viewer, asset: Asset, own: OwnAccounts) -> bool:
    """Whether the viewer may see what it cost, its invoices, where its mail goes, and cancel it.

    Our rule: staff with MANAGE_ORDERS and whoever paid. The end customer gets the licences and
    their code; the terms of the purchase are between the reseller and the distributor.
    """
    return viewer.may(Permission.MANAGE_ORDERS) or bought(own, asset)


def owns(own: OwnAccounts, asset: Asset) -> bool:
    """Whether the asset was bought by, or for, one of these accounts."""
    return any(each.id in (asset.account_id, asset.end_customer_id) for each in own.every)


def bought(own: OwnAccounts, asset: Asset) -> bool:
    """Whether one of these accounts paid for the asset."""
    return own.buyer is not None and own.buyer.id == asset.account_id


def may_see_account(own: OwnAccounts, account: Account) -> bool:
    """Whether an account is one of these, or an end customer of the one that buys.

    An end customer does not see the account of the reseller it buys from.
    """
    if own.buyer is not None and account.reseller_id == own.buyer.id:
        return True
    return any(each.id == account.id for each in own.every)
