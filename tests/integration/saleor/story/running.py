"""The same shop beside the workflow engine, for files whose subject is what both do together."""

from typing import cast

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.fakes.host import FakePlatform
from tests.integration.saleor.inbound.conftest import Station
from tests.world import Shop, World, world

__all__ = ["shop", "world"]


@pytest.fixture
def shop(world: World, sandbox: SandboxServer, station: Station) -> Shop:
    """The installation, whose durable work the engine does."""
    key, installation = station.server.api_url, station.installed.installation_id
    return Shop(world, sandbox, key, installation, cast(FakePlatform, None))
