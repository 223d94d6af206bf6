"""Staff act on a licence in Saleor's Dashboard, through the forms of the page they were shown."""

from datetime import UTC, datetime

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from tests.fakes.saleor.dashboard import Dashboard
from tests.fakes.saleor.records import Order
from tests.integration.saleor.story.conftest import Market
from tests.pages import Page

STAFF = "ada@distributor.example"


@pytest.fixture
def dashboard(market: Market) -> Dashboard:
    """The Dashboard with somebody before it who may manage orders."""
    return Dashboard(market.station.sender, market.saleor.add_staff(STAFF, "MANAGE_ORDERS"))


@pytest.fixture
def refused(market: Market) -> Order:
    """An order whose licence has no coupon, because BitTitan does not accept the credentials."""
    market.shop.configure(api_password="wrong")
    return market.buy()


def buttons(page: Page) -> list[str]:
    return [value for _, value in page.form("/asset").buttons] if page.offers("/asset") else []


def test_a_licence_that_stands_can_be_cancelled_and_needs_no_synchronizing(
    market: Market, dashboard: Dashboard
) -> None:
    page = dashboard.open("/order", orderId=market.buy().id)
    assert (buttons(page), "Cancel and credit 337.50 USD" in page.text) == (["cancel"], True)


def test_cancel_revokes_credits_and_pays_back_once_however_often_it_is_pressed(
    market: Market, dashboard: Dashboard
) -> None:
    order = market.buy()
    form = dashboard.open("/order", orderId=order.id).form("/asset")
    begun = dashboard.press(form, "cancel", comment="Ordered by mistake")
    market.settle()
    again = dashboard.press(form, "cancel", comment="Ordered by mistake")
    market.settle()
    assert ("The cancellation has begun" in begun.text, again.status) == (True, 422)
    assert market.asset(order).status is AssetStatus.CANCELLED
    assert market.given_back(order) == (1, order.total)
    assert [each.reason.startswith("Ordered by mistake") for each in order.grants] == [True]


def test_it_is_on_the_record_who_cancelled_in_the_dashboard(
    market: Market, dashboard: Dashboard
) -> None:
    order = market.buy()
    dashboard.press(dashboard.open("/order", orderId=order.id).form("/asset"), "cancel")
    market.settle()
    with market.shop.tenant.reading() as work:
        asset_id = market.asset(order).id
        history = work.assets.history([asset_id])[asset_id]
    by = {each.actor for each in history if each.change.after == AssetStatus.CANCELLING}
    assert by == {Actor(ActorKind.STAFF, STAFF)}


def test_a_cancelled_licence_shows_its_credit_and_offers_nothing_more(
    market: Market, dashboard: Dashboard
) -> None:
    order = market.buy()
    dashboard.press(dashboard.open("/order", orderId=order.id).form("/asset"), "cancel")
    market.settle()
    page = dashboard.open("/order", orderId=order.id)
    assert (buttons(page), "Cancelled" in page.text, "CR-1-1" in page.text) == ([], True, True)


def test_after_the_window_there_is_no_button_and_a_page_from_before_cancels_nothing(
    market: Market, dashboard: Dashboard
) -> None:
    order = market.buy()
    # The day of 10 March began at midnight UTC, so the window ends with the 25th.
    market.station.clock.now = datetime(2026, 3, 25, 23, 50, tzinfo=UTC)
    before = dashboard.open("/order", orderId=order.id).form("/asset")
    market.station.clock.advance(minutes=20)
    late = dashboard.press(before, "cancel")
    market.settle()
    assert (late.status, market.asset(order).status) == (422, AssetStatus.ACTIVE)
    assert buttons(dashboard.open("/order", orderId=order.id)) == []


def test_a_licence_without_a_coupon_says_why_and_synchronize_obtains_it(
    market: Market, dashboard: Dashboard, refused: Order
) -> None:
    page = dashboard.open("/order", orderId=refused.id)
    assert ("Failed" in page.text, "synchronize" in buttons(page)) == (True, True)
    market.shop.configure(api_password=DEFAULT_PASSWORD)
    begun = dashboard.press(page.form("/asset"), "synchronize")
    market.settle()
    assert "BitTitan is being asked" in begun.text
    assert market.asset(refused).provisioning_status is ProvisioningStatus.SYNCHRONIZED
    assert refused.status == "FULFILLED"
    assert buttons(dashboard.open("/order", orderId=refused.id)) == ["cancel"]


def test_synchronize_pressed_twice_obtains_one_coupon(
    market: Market, dashboard: Dashboard, refused: Order
) -> None:
    form = dashboard.open("/order", orderId=refused.id).form("/asset")
    market.shop.configure(api_password=DEFAULT_PASSWORD)
    for _ in range(2):
        dashboard.press(form, "synchronize")
    market.settle()
    assert len(market.shop.sandbox.sandbox.ledger()) == 1


def test_the_customers_page_and_the_apps_own_offer_the_same(
    market: Market, dashboard: Dashboard
) -> None:
    order = market.buy()
    pages = [dashboard.open("/customer", customerId=order.user or ""), dashboard.open()]
    assert [buttons(page) for page in pages] == [["cancel"], ["cancel"]]
    stays = dashboard.press(pages[0].form("/asset"), "cancel")
    market.settle()
    assert stays.form("/asset").fields["customerId"] == order.user


def test_a_redemption_that_bittitan_never_told_is_shown_as_inferred(
    market: Market, dashboard: Dashboard
) -> None:
    order, shop = market.buy(), market.shop
    now, actor = shop.ports.clock(), Actor(ActorKind.VENDOR, "BitTitan")
    with shop.tenant.writing() as work:
        work.assets.change(
            market.asset(order).id,
            lambda a: a.coupon_became(CouponStatus.REDEEMED, inferred_at=now),
            actor,
            now,
        )
    page = dashboard.open("/order", orderId=order.id)
    assert "(inferred: BitTitan no longer lists it)" in page.text


def test_another_bittitan_account_is_a_question_in_the_dashboard(market: Market) -> None:
    market.buy()
    keeper = market.saleor.add_staff("keeper@distributor.example", "MANAGE_APPS")
    dashboard, right = Dashboard(market.station.sender, keeper), market.shop.sandbox.url
    elsewhere = right.replace("127.0.0.1", "localhost")
    form = dashboard.open().form("/settings")
    assert "Is it the same BitTitan account" not in dashboard.open().text
    page = dashboard.press(form, "save", api_url=elsewhere, api_password=DEFAULT_PASSWORD)
    assert "1 unused coupon is known under another BitTitan account" in page.text
    assert "Is it the same BitTitan account as before?" in page.text
    page = dashboard.press(
        page.form("/settings"),
        "save",
        api_url=elsewhere,
        api_password=DEFAULT_PASSWORD,
        same_account="yes",
    )
    assert "The settings are saved" in page.text
