"""The same shop beside the workflow engine, for files whose subject is what both do together."""

import pytest
from starlette.applications import Starlette

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from tests.integration.ordering.conftest import embedded, site, storefront
from tests.world import Shop, World

__all__ = ["embedded", "plugin", "seller", "site", "storefront"]


@pytest.fixture(scope="session")
def plugin(running: World) -> World:
    """With its engine."""
    return running


@pytest.fixture
def seller(world: World, embedded: tuple[ShopPlatform, Starlette], sandbox: SandboxServer) -> Shop:
    """The plugin at that platform."""
    platform, _ = embedded
    id_ = world.application.attach(INSTALLATION, platform.host)
    return Shop(world, sandbox, INSTALLATION, id_, platform.host)  # type: ignore[arg-type]
