"""The back office of a shop whose platform, plugin, database and vendor are real."""

import pytest
from starlette.applications import Starlette

from bittitan_plugin.hosts.embedded.identity import EmbeddedIdentity
from bittitan_plugin.web.admin.application import admin_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site
from tests.integration.admin.backoffice import BackOffice
from tests.integration.ordering.conftest import embedded, storefront
from tests.integration.ordering.storefront import Storefront

__all__ = ["embedded", "storefront"]


@pytest.fixture
def office(storefront: Storefront) -> BackOffice:
    """A back office with nothing done yet by this test's people."""
    site = Site(
        storefront.shop.world.application,
        storefront.platform,
        EmbeddedIdentity(storefront.platform.customers),
    )
    app = Starlette(routes=[*sign_in_routes(site), *admin_routes(site)])
    return BackOffice(storefront, site, app)
