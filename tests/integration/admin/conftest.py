"""The back office of a shop whose platform, plugin, database and vendor are real."""

import pytest
from starlette.applications import Starlette

from bittitan_plugin.web.admin.application import admin_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site
from tests.integration.admin.backoffice import BackOffice
from tests.integration.ordering.conftest import embedded, plugin, seller, site, storefront
from tests.integration.ordering.storefront import Storefront

__all__ = ["embedded", "plugin", "seller", "site", "storefront"]


@pytest.fixture(scope="session")
def office_app(site: Site) -> Starlette:
    """Built once: its hundreds of routes and templates are the same for everybody."""
    return Starlette(routes=[*sign_in_routes(site), *admin_routes(site)])


@pytest.fixture
def office(storefront: Storefront, site: Site, office_app: Starlette) -> BackOffice:
    """A back office with nothing done yet by this test's people."""
    return BackOffice(storefront, site, office_app)
