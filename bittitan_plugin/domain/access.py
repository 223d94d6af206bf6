"""Who is asking, and what they may reach."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain.accounts import Account
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
    """Whoever sends a request, as a verified token says. Nobody is the anonymous viewer."""

    #: The host's customer, or None for staff and for nobody.
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


def may_see(viewer: Viewer, asset: Asset, own_account: Account | None) -> bool:
    """Whether the viewer may see an asset and use its coupon code.

    Documented for the reseller (its own and its end customers' assets), ours for the rest: staff
    with MANAGE_ORDERS, the owner, and the end customer it was bought for.
    """
    if viewer.may(Permission.MANAGE_ORDERS):
        return True
    return own_account is not None and owns(own_account.id, asset)


def may_see_terms(viewer: Viewer, asset: Asset, own_account: Account | None) -> bool:
    """Whether the viewer may see what it cost, its invoices, where its mail goes, and cancel it.

    Ours: staff with MANAGE_ORDERS and whoever paid. The end customer gets the licences and their
    code; on which terms its reseller bought them is between the reseller and the distributor.
    """
    return viewer.may(Permission.MANAGE_ORDERS) or bought(own_account, asset)


def owns(account_id: UUID, asset: Asset) -> bool:
    """Whether the asset was bought by, or for, that account."""
    return account_id in (asset.account_id, asset.end_customer_id)


def bought(account: Account | None, asset: Asset) -> bool:
    """Whether that account is the one that paid."""
    return account is not None and account.id == asset.account_id
