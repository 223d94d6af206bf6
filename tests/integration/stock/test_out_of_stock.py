"""An empty stock: the order waits, everyone knows, and the oldest is served first."""

from uuid import UUID

import pytest

from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.selling.assets import AssetChanges, update_asset
from bittitan_plugin.services.selling.ordering import precheck
from bittitan_plugin.services.stock import allocation as stock_allocation
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.workflow_ids import synchronize_id
from tests.fakes.host import line
from tests.integration.stock.shelf import (
    bring_in,
    days_on,
    from_stock,
    look,
    problems,
    row,
    sent,
    templates,
    waiting,
)
from tests.world import BUNDLE, STAFF, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def seller(shop: Shop) -> Shop:
    return from_stock(shop)


def buys(shop: Shop, quantity: int = 25) -> UUID:
    """An order, a minute after the one before."""
    shop.world.clock.advance(minutes=1)
    return shop.buy(line(quantity=quantity)).id


def test_the_asset_stays_pending_with_that_reason(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    assert asset.provisioning_status is ProvisioningStatus.PENDING
    assert asset.provisioning_error is not None
    assert asset.provisioning_error.code is ErrorCode.OUT_OF_STOCK


def test_the_customer_is_told(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    (told,) = sent(seller, "out_of_stock")
    assert told.to == asset.recipient_email


def test_the_customer_is_told_once_however_often_it_is_tried_again(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    for _ in range(3):
        asset = seller.synchronize(asset)
    assert templates(seller) == ["out_of_stock"]


def refusals(shop: Shop, *quantities: int) -> list[tuple[ErrorCode, str | None]]:
    """What the precheck says of such an order."""
    order = shop.host.place(*(line(quantity=quantity) for quantity in quantities))
    found = precheck(shop.ports, get_installation(shop.tenant), order)
    return [(refusal.code, refusal.field) for refusal in found]


def test_by_a_setting_what_the_stock_cannot_serve_is_refused_before_payment(seller: Shop) -> None:
    bring_in(seller, row(25))
    assert refusals(seller, 25, 30) == []
    seller.configure(stop_without_stock="true")
    assert refusals(seller, 25, 30) == [(ErrorCode.OUT_OF_STOCK, "lines[1].quantity")]
    seller.configure(coupon_source="API")
    assert refusals(seller, 25, 30) == []


def test_two_lines_that_want_the_same_codes_are_not_both_sold(seller: Shop) -> None:
    seller.configure(stop_without_stock="true")
    bring_in(seller, row(25))
    assert refusals(seller, 25, 25) == [(ErrorCode.OUT_OF_STOCK, "lines[1].quantity")]
    bring_in(seller, row(20), row(5))
    assert refusals(seller, 25, 25) == []
    assert refusals(seller, 25, 25, 25) == [(ErrorCode.OUT_OF_STOCK, "lines[2].quantity")]
    # What was asked about is still there to be asked about again, and to be sold.
    assert refusals(seller, 25, 25) == []


def test_an_order_that_takes_more_codes_than_are_delivered_together_is_told_so(
    seller: Shop,
) -> None:
    seller.configure(stop_without_stock="true")
    bring_in(seller, *(row(1) for _ in range(150)))
    order = seller.host.place(line(quantity=101), line(quantity=160))
    installation = get_installation(seller.tenant)
    too_many, lacking = precheck(seller.ports, installation, order)
    assert "would take more than 100 coupon codes at present" in too_many.message
    assert "order fewer of them at a time" in too_many.message
    assert lacking.message.endswith("is out of stock for 160 licences at present.")


def test_while_it_waits_its_reason_and_its_buyers_mail_name_the_limit(seller: Shop) -> None:
    bring_in(seller, *(row(1) for _ in range(150)))
    asset = seller.buy(line(quantity=101))
    assert asset.provisioning_error is not None
    assert "only in more than 100 codes" in asset.provisioning_error.message
    (told,) = sent(seller, "out_of_stock")
    assert told.values["most_codes"] == 100
    (problem,) = seller.problems()
    assert "At most 100 codes serve one order line" in problem.next_step
    assert seller.synchronize(asset).provisioning_error == asset.provisioning_error
    assert templates(seller) == ["out_of_stock"]

    bring_in(seller, row(101))
    assert seller.asset(asset.id).has_coupon


def test_an_order_for_which_there_is_nothing_is_told_that_and_no_limit(seller: Shop) -> None:
    asset = seller.buy(line(quantity=101))
    assert asset.provisioning_error is not None
    assert "more than 100 codes" not in asset.provisioning_error.message
    (told,) = sent(seller, "out_of_stock")
    assert told.values["most_codes"] is None


def test_an_order_of_sixty_is_served_from_three_hundred_single_codes(seller: Shop) -> None:
    bring_in(seller, *(row(1) for _ in range(300)))
    assert seller.buy(line(quantity=60)).has_coupon


def test_staff_see_one_problem_however_many_orders_wait(seller: Shop) -> None:
    for _ in range(3):
        seller.buy(line(quantity=25))
    (problem,) = seller.problems()
    assert problem.kind is ProblemKind.OUT_OF_STOCK
    assert problem.occurrences == 3
    assert problem.message.startswith("3 order line(s)")


def test_when_stock_arrives_the_order_is_served(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    report = bring_in(seller, row(25))
    served = seller.asset(asset.id)
    assert served.provisioning_status is ProvisioningStatus.SYNCHRONIZED
    assert served.provisioning_error is None
    assert report.served == 1
    assert templates(seller) == ["out_of_stock", "welcome"]
    assert problems(seller) == []


def test_one_that_cannot_be_served_for_whatever_reason_keeps_no_other_from_it(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = buys(seller), buys(seller)
    handed_in = synchronize_id

    def unforeseen(asset_id: UUID, version: int) -> str:
        if asset_id == broken:
            raise ZeroDivisionError
        return handed_in(asset_id, version)

    with monkeypatch.context() as patch:
        patch.setattr(stock_allocation, "synchronize_id", unforeseen)
        bring_in(seller, row(25), row(25))
    seller.settle()
    assert [seller.asset(each).has_coupon for each in (broken, whole)] == [False, True]

    # What had been drawn for it went back, and the next codes bring it along.
    bring_in(seller, row(25))
    seller.settle()
    assert seller.asset(broken).has_coupon


def test_the_platform_hears_of_a_delivery_only_then(seller: Shop) -> None:
    seller.buy(line(quantity=25))
    assert seller.host.deliveries == []
    bring_in(seller, row(25))
    assert len(seller.host.deliveries) == 1


def test_the_oldest_order_is_served_first(seller: Shop) -> None:
    oldest, younger, youngest = buys(seller), buys(seller), buys(seller)
    assert waiting(seller) == [oldest, younger, youngest]
    bring_in(seller, row(25), row(25))
    assert waiting(seller) == [youngest]


def test_an_order_that_cannot_be_served_does_not_keep_back_the_others(seller: Shop) -> None:
    large, _small = buys(seller, 100), buys(seller, 10)
    bring_in(seller, row(10))
    assert waiting(seller) == [large]


def test_an_older_order_takes_what_a_younger_one_would_have_fitted_exactly(seller: Shop) -> None:
    older, younger = buys(seller, 50), buys(seller, 25)
    bring_in(seller, row(25), row(25))
    assert seller.asset(older).has_coupon
    assert waiting(seller) == [younger]


def test_a_new_order_takes_what_no_waiting_one_could_use(seller: Shop) -> None:
    large = buys(seller, 100)
    bring_in(seller, row(10))
    assert seller.buy(line(quantity=10)).has_coupon
    assert waiting(seller) == [large]


def test_more_orders_than_one_batch_are_served_in_order(seller: Shop) -> None:
    orders = [buys(seller, 1) for _ in range(12)]
    bring_in(seller, *(row(1) for _ in range(9)))
    assert waiting(seller) == orders[9:]


def test_codes_of_one_kind_serve_nobody_who_waits_for_the_other(seller: Shop) -> None:
    seller.buy(line(BUNDLE, quantity=5, product_type="bittitan-user-migration-bundle"))
    report = bring_in(seller, row(5, kind="MAILBOX_LICENSE"))
    assert report.served == 0
    assert problems(seller) == ["OUT_OF_STOCK"]


def test_a_dry_run_serves_nobody(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    bring_in(seller, row(25), mode=ImportMode.DRY_RUN)
    assert not seller.asset(asset.id).has_coupon


def test_a_waiting_order_can_be_cancelled_and_is_credited_at_once(seller: Shop) -> None:
    asset = seller.cancel(seller.buy(line(quantity=25)))
    assert asset.status is AssetStatus.CANCELLED
    assert asset.credit_invoice is not None
    assert len(seller.host.credits) == 1


def test_a_cancelled_order_waits_no_longer(seller: Shop) -> None:
    seller.cancel(seller.buy(line(quantity=25)))
    look(seller)
    assert problems(seller) == []
    assert bring_in(seller, row(25)).served == 0


def test_a_waiting_order_the_platform_takes_back_is_cancelled_without_a_credit(
    seller: Shop,
) -> None:
    order = seller.host.place(line(quantity=25))
    seller.fire("order_fully_paid", order)
    seller.settle()
    seller.fire("order_cancelled", order)
    seller.settle()
    asset = seller.asset_of(order)
    assert asset is not None
    assert asset.status is AssetStatus.CANCELLED
    assert seller.host.credits == {}


def test_staff_who_shorten_expire_have_the_order_tried_again(seller: Shop) -> None:
    bring_in(seller, row(25, expires=days_on(seller, 100)))
    asset = seller.buy(line(quantity=25))
    assert not asset.has_coupon
    update_asset(seller.tenant, asset.id, STAFF, AssetChanges(expire_days=90))
    seller.settle()
    assert seller.asset(asset.id).has_coupon


def test_codes_that_arrive_while_the_plugin_is_switched_off_serve_who_waits(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    seller.configure(active=False)
    bring_in(seller, row(25))
    assert seller.asset(asset.id).has_coupon


def test_low_stock_is_one_problem(seller: Shop) -> None:
    from_stock(seller, low_stock_threshold="30")
    bring_in(seller, *(row(10) for _ in range(4)))
    assert problems(seller) == []
    for _ in range(3):
        seller.buy(line(quantity=10))
    (low,) = seller.problems()
    assert low.kind is ProblemKind.LOW_STOCK
    assert low.occurrences == 1


def test_low_stock_closes_by_itself(seller: Shop) -> None:
    from_stock(seller, low_stock_threshold="30")
    bring_in(seller, row(10))
    assert problems(seller) == ["LOW_STOCK"]
    bring_in(seller, row(20))
    assert problems(seller) == []


def test_a_threshold_of_zero_warns_of_nothing(seller: Shop) -> None:
    look(seller)
    assert problems(seller) == []


def test_a_kind_that_is_not_sold_from_stock_never_runs_low(seller: Shop) -> None:
    from_stock(seller, low_stock_threshold="30", user_migration_bundle_source="API")
    bring_in(seller, row(100))
    look(seller)
    assert problems(seller) == []


def test_raising_the_threshold_warns_at_the_next_look(seller: Shop) -> None:
    bring_in(seller, row(10), row(10, kind="USER_MIGRATION_BUNDLE"))
    from_stock(seller, low_stock_threshold="5", user_migration_bundle_source="API")
    look(seller)
    assert problems(seller) == []
    from_stock(seller, low_stock_threshold="11")
    look(seller)
    assert problems(seller) == ["LOW_STOCK"]


def test_codes_that_expire_unsold_leave_the_stock(seller: Shop) -> None:
    bring_in(seller, row(25, expires=days_on(seller, 10)))
    seller.configure(
        coupon_source="STOCK", low_stock_threshold="25", user_migration_bundle_source="API"
    )
    look(seller)
    assert problems(seller) == []
    seller.world.clock.advance(days=12)
    look(seller)
    assert problems(seller) == ["LOW_STOCK"]
