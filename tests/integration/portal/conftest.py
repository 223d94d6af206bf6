"""The portal of a shop whose platform and plugin are real; only the browser is a small one."""

import pytest
from starlette.applications import Starlette

from bittitan_plugin.base.patience import Patience
from bittitan_plugin.web.invitations import invitation_routes
from bittitan_plugin.web.portal import acting
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site
from tests.by_hand import ShopByHand
from tests.integration.ordering.conftest import embedded, plugin, seller, site, storefront
from tests.integration.ordering.storefront import Storefront
from tests.integration.portal.browsing import Counter

__all__ = ["embedded", "plugin", "seller", "site", "storefront"]


@pytest.fixture(scope="session")
def portal_app(site: Site) -> Starlette:
    """Built once: its routes and templates are the same for everybody."""
    return Starlette(routes=[*sign_in_routes(site), *portal_routes(site), *invitation_routes(site)])


@pytest.fixture(autouse=True)
def _done_meanwhile(monkeypatch: pytest.MonkeyPatch, seller: ShopByHand) -> None:
    """While a page waits for a cancellation, it is executed."""

    async def pause() -> None:
        seller.settle()

    monkeypatch.setattr(acting, "PATIENCE", Patience(pauses=3, pause=pause))


@pytest.fixture
def counter(storefront: Storefront, site: Site, portal_app: Starlette) -> Counter:
    """A portal with nothing sold yet to this test's people."""
    return Counter(storefront, site, portal_app)
