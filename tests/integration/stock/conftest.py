"""What is sold from stock is sold by hand here; through the engine it is in ``workflows``."""

import pytest

from tests.world import Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand
