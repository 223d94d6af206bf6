"""The shop's page beside a platform that is real."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette

from bittitan_plugin.web.shop.routes import shop_routes
from tests.integration.ordering.conftest import embedded, storefront
from tests.integration.portal.browsing import Counter
from tests.integration.portal.conftest import counter as portal_counter

__all__ = ["embedded", "portal_counter", "storefront"]


@pytest.fixture
def counter(portal_counter: Counter) -> Counter:
    """The same shop, with its page."""
    return replace(portal_counter, app=Starlette(routes=shop_routes(portal_counter.site)))
