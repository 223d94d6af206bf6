"""A calendar that shop and vendor share."""

import pytest

from tests.integration.coupons.following import Calendar
from tests.world import Shop


@pytest.fixture
def calendar(shop_by_hand: Shop) -> Calendar:
    """A shop that sells."""
    return Calendar(shop_by_hand)
