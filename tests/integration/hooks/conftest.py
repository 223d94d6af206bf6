"""What a hook hands in is done by hand here; through the engine it is in ``provisioning``."""

from collections.abc import Iterator

import pytest

from bittitan_plugin.platforms import registry
from tests.world import Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@pytest.fixture(autouse=True)
def _platforms_are_looked_for_anew() -> Iterator[None]:
    yield
    registry.installed.cache_clear()
