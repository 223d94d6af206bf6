"""The shop's page beside a platform that is real."""

import pytest
from starlette.applications import Starlette

from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.storefront import shop_routes
from bittitan_plugin.web.site import Site
from tests.integration.ordering.conftest import embedded, plugin, seller, site, storefront
from tests.integration.ordering.storefront import Storefront
from tests.integration.portal.browsing import Counter

__all__ = ["embedded", "plugin", "seller", "site", "storefront"]


@pytest.fixture(scope="session")
def shop_app(site: Site, embedded: tuple[ShopPlatform, Starlette]) -> Starlette:
    """Built once: its routes and templates are the same for everybody."""
    return Starlette(routes=shop_routes(site, embedded[0]))


@pytest.fixture
def counter(storefront: Storefront, site: Site, shop_app: Starlette) -> Counter:
    """The same shop as the portal's, with its page."""
    return Counter(storefront, site, shop_app)
