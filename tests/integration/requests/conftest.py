"""The desk at which cancellation requests are made and decided."""

import pytest

from tests.integration.requests.asking import Desk
from tests.world import Shop


@pytest.fixture
def desk(shop_by_hand: Shop) -> Desk:
    """A shop that sells, with customers who may not cancel without staff."""
    return Desk(shop_by_hand)
