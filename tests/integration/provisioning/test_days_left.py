"""The welcome e-mail says how many days a buyer has, whoever's clock is a little ahead."""

import pytest

from tests.fakes.host import line
from tests.world import Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_a_code_issued_just_now_for_365_days_has_365_days_left(shop: Shop) -> None:
    shop.sandbox.sandbox.clock.set(shop.world.clock.now)
    shop.buy(line())
    (welcome,) = shop.mail
    assert welcome.values["coupon_days_left"] == 365
