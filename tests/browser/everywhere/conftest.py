"""A shop in which there is one of everything, on a real socket."""

from collections.abc import Iterator

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.browser.everywhere.pages import Everything
from tests.fakes.saleor import SaleorServer
from tests.security.conftest import stage
from tests.security.permission_fixture import Stage

__all__ = ["stage"]


@pytest.fixture(scope="module")
def everything(stage: Stage, _sandbox_server: SandboxServer) -> Iterator[Everything]:
    """The pages, and who may open them."""
    with SaleorServer(app=stage.shop.app) as served:
        yield Everything(stage, served.origin)
