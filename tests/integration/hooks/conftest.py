"""What a hook hands in is done by hand here; through the engine it is in ``provisioning``."""

import pytest

from tests.world import Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand
