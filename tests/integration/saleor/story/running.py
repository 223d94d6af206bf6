"""The same shop beside the workflow engine, for files whose subject is what both do together."""

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.integration.saleor.inbound.conftest import Station
from tests.integration.saleor.story.conftest import shop_of
from tests.world import Shop, World, world

__all__ = ["shop", "world"]


@pytest.fixture
def shop(world: World, sandbox: SandboxServer, station: Station) -> Shop:
    """The installation, whose durable work the engine does."""
    return Shop(*shop_of(world, sandbox, station))
