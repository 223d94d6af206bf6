"""Reconciliations are done by hand here; through the engine they are in ``workflows``."""

import pytest

from tests.world import Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand
