"""The portal of a shop whose platform and plugin are real; only the browser is a small one."""

import pytest
from starlette.applications import Starlette

from bittitan_plugin.hosts.embedded.identity import EmbeddedIdentity
from bittitan_plugin.web.portal import acting
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site
from tests.integration.ordering.conftest import embedded, storefront
from tests.integration.ordering.storefront import Storefront
from tests.integration.portal.browsing import Counter
from tests.waiting import PATIENCE_S

__all__ = ["embedded", "storefront"]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancellation that is being executed is waited for, however busy the machine is."""
    monkeypatch.setattr(acting, "PAUSES", int(PATIENCE_S / acting.PAUSE_S))


@pytest.fixture
def counter(storefront: Storefront) -> Counter:
    """A portal with nothing sold yet to this test's people."""
    site = Site(
        storefront.shop.world.application,
        storefront.platform,
        EmbeddedIdentity(storefront.platform.customers),
    )
    app = Starlette(routes=[*sign_in_routes(site), *portal_routes(site)])
    return Counter(storefront, site, app)
