"""Staff cancel a sale: BitTitan first, then the asset, one credit, one refund, one e-mail."""

import pytest

from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.money import Money
from tests.fakes.host import line
from tests.integration.cancellation.asking import refusal_of
from tests.world import CANCELLED, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_a_cancelled_asset_says_so(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))

    assert (asset.status, asset.coupon_status) == ("CANCELLED", "CANCELLED")


def test_the_credit_is_the_full_amount(shop: Shop) -> None:
    shop.cancel(shop.buy(line(quantity=25, price="14.00")))

    assert list(shop.host.credited.values()) == [Money.of("350.00", "USD")]


def test_the_asset_remembers_its_credit_invoice(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))

    assert [asset.credit_invoice] == list(shop.host.credits.values())


def test_the_comment_is_the_reason_the_platform_is_given(shop: Shop) -> None:
    shop.cancel(shop.buy(line()), "Ordered by mistake")

    assert [credit.reason for credit in shop.host.refunds.values()] == ["Ordered by mistake"]


def test_a_second_cancellation_is_refused(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))

    assert refusal_of(shop, asset.id) is ErrorCode.ALREADY_CANCELLED


def test_a_second_cancellation_changes_nothing(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))

    refusal_of(shop, asset.id)
    shop.settle()

    assert (shop.tally(), shop.asset(asset.id)) == (CANCELLED, asset)


def test_a_sale_of_nothing_is_cancelled_without_a_credit(shop: Shop) -> None:
    shop.cancel(shop.buy(line(price="0")))

    assert (shop.tally().usable, shop.tally().credits, shop.tally().refunds) == (0, 0, 0)


def test_a_coupon_still_being_obtained_cannot_be_cancelled(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")

    assert refusal_of(shop, shop.buy(line()).id) is ErrorCode.NOT_PROVISIONED


def test_nothing_is_cancelled_while_the_plugin_is_off(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(active=False)

    assert refusal_of(shop, asset.id) is ErrorCode.PLUGIN_INACTIVE


def test_our_own_refund_coming_back_as_an_event_does_nothing_more(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))

    shop.fire("order_fully_refunded", shop.host.orders[asset.order_id])
    shop.settle()

    assert (shop.tally(), shop.problems()) == (CANCELLED, [])
