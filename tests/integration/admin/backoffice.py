"""The back office of a real shop, and staff at a small browser."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from starlette.types import ASGIApp

from bittitan_graphql.global_ids import ASSET, read_global_id
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services.cancelling.requests import create
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.site import Site
from tests.integration.ordering.storefront import Storefront, person
from tests.integration.portal.browsing import Page, Visitor
from tests.world import Shop


@dataclass
class BackOffice:
    """The pages, and what stands behind them."""

    storefront: Storefront
    site: Site
    app: ASGIApp

    @property
    def shop(self) -> Shop:
        return self.storefront.shop

    def staff(self, *permissions: Permission) -> Visitor:
        """A new member of staff; who may do everything unless told otherwise."""
        held = list(permissions) or list(Permission)
        user = person(self.storefront.platform, "clerk", staff_permissions=held)
        return Visitor(self.app, self.site, user)

    def sold(self, quantity: int = 25, **metadata: str) -> UUID:
        """The key of a new asset with its coupon."""
        order = self.storefront.buy(self.storefront.reseller, quantity, **metadata)
        (asset,) = order["bittitanAssets"]
        return read_global_id(ASSET, asset["id"])

    def asset(self, key: UUID) -> Asset:
        return self.shop.asset(key)

    def read(self, visit: Callable[[UnitOfWork], object]) -> object:
        with self.shop.tenant.reading() as work:
            return visit(work)

    def asked(self, key: UUID) -> CancellationRequest:
        """A pending request of the buyer to cancel that asset."""
        buyer = Actor(ActorKind.CUSTOMER, self.storefront.reseller.email)
        asked = create(self.shop.tenant, key, buyer, "too many")
        assert asked.request is not None
        return asked.request


def told(page: Page) -> str:
    """The words of a page that was found."""
    assert page.status == 200, page.text
    return page.text
