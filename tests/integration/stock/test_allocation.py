"""Which codes an order gets, and that they are given once."""

from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.stock import Demand, StockState
from bittitan_plugin.services.stock.allocation import allocate
from bittitan_plugin.store.repositories.stock import CodesTaken
from tests.fakes.host import line
from tests.integration.stock.shelf import (
    bring_in,
    code_of,
    codes_of,
    days_on,
    from_stock,
    new_code,
    row,
    templates,
)
from tests.world import BUNDLE, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def seller(shop: Shop) -> Shop:
    return from_stock(shop)


def test_an_order_is_served_from_stock_without_asking_the_vendor(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    asset = seller.buy(line(quantity=25))
    assert code_of(seller, asset) == code
    assert asset.coupon_source is CouponSource.STOCK
    assert asset.coupon_status is CouponStatus.AVAILABLE
    assert asset.provisioning_status is ProvisioningStatus.SYNCHRONIZED
    assert seller.sandbox.sandbox.ledger() == []


def test_the_buyer_is_sent_the_code(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    seller.buy(line(quantity=25))
    (welcome,) = seller.mail
    assert welcome.template == "welcome"
    assert welcome.values["coupon_code"] == code


def test_the_code_expires_when_the_file_says(seller: Shop) -> None:
    bring_in(seller, row(25, expires="2027-06-30T12:00:00+00:00"))
    asset = seller.buy(line(quantity=25))
    assert asset.coupon_expires_at is not None
    assert asset.coupon_expires_at.isoformat() == "2027-06-30T12:00:00+00:00"


def test_the_account_need_not_be_known_to_bittitan(seller: Shop) -> None:
    seller.configure(coupon_source="STOCK", synchronize_automatically="false")
    bring_in(seller, row(25))
    asset = seller.buy(line(quantity=25))
    assert asset.has_coupon
    with seller.tenant.reading() as work:
        assert not work.accounts.get(asset.account_id).is_synchronized


def test_of_several_that_fit_the_one_expiring_soonest_is_sold(seller: Shop) -> None:
    late, soon = new_code(), new_code()
    bring_in(
        seller,
        row(25, code=late, expires=days_on(seller, 500)),
        row(25, code=soon, expires=days_on(seller, 400)),
    )
    assert code_of(seller, seller.buy(line(quantity=25))) == soon


def test_a_code_with_too_little_life_for_expire_is_not_sold(seller: Shop) -> None:
    enough = new_code()
    bring_in(
        seller,
        row(25, expires=days_on(seller, 300)),
        row(25, code=enough, expires=days_on(seller, 366)),
    )
    assert code_of(seller, seller.buy(line(quantity=25))) == enough


def test_a_code_whose_licence_validity_falls_short_is_not_sold(seller: Shop) -> None:
    enough = new_code()
    bring_in(
        seller,
        row(25, expires=days_on(seller, 400), rest=",180"),
        row(25, code=enough, expires=days_on(seller, 500), rest=",365"),
    )
    assert code_of(seller, seller.buy(line(quantity=25))) == enough


def test_a_code_of_another_product_type_is_not_sold(seller: Shop) -> None:
    bring_in(seller, row(25, kind="USER_MIGRATION_BUNDLE"))
    assert not seller.buy(line(quantity=25)).has_coupon


def test_a_code_of_one_article_serves_only_that_article(seller: Shop) -> None:
    of_bundle = new_code()
    bring_in(seller, row(25, code=of_bundle, kind="UMB"))
    assert not seller.buy(line(quantity=25)).has_coupon
    sold = seller.buy(line(BUNDLE, quantity=25, product_type="bittitan-user-migration-bundle"))
    assert code_of(seller, sold) == of_bundle


def test_never_more_licences_than_ordered_are_given(seller: Shop) -> None:
    bring_in(seller, row(100), row(30))
    assert not seller.buy(line(quantity=25)).has_coupon


def test_a_single_code_is_preferred_to_several(seller: Shop) -> None:
    single = new_code()
    bring_in(seller, row(10), row(15), row(25, code=single, expires=days_on(seller, 900)))
    assert code_of(seller, seller.buy(line(quantity=25))) == single


def test_several_codes_serve_one_order_separated_by_a_space(seller: Shop) -> None:
    large, small = new_code(), new_code()
    bring_in(seller, row(10, code=small), row(15, code=large))
    asset = seller.buy(line(quantity=25))
    assert code_of(seller, asset) == f"{large} {small}"
    assert [code.licenses for code in codes_of(seller, asset)] == [15, 10]
    assert seller.mail[-1].values["coupon_code"] == f"{large} {small}"


def test_as_few_codes_as_possible_are_given(seller: Shop) -> None:
    bring_in(seller, *(row(5) for _ in range(5)), row(20))
    asset = seller.buy(line(quantity=25))
    assert [code.licenses for code in codes_of(seller, asset)] == [20, 5]


def test_several_codes_expire_with_the_first_of_them(seller: Shop) -> None:
    soon = days_on(seller, 400)
    bring_in(seller, row(10, expires=soon), row(15, expires=days_on(seller, 700)))
    asset = seller.buy(line(quantity=25))
    first = min(code.expires_at for code in codes_of(seller, asset))
    assert asset.coupon_expires_at == first


def test_every_code_of_an_asset_says_whose_it_is(seller: Shop) -> None:
    bring_in(seller, row(10), row(15))
    asset = seller.buy(line(quantity=25))
    for code in codes_of(seller, asset):
        assert (code.state, code.asset_id) == (StockState.ALLOCATED, asset.id)
        assert code.allocated_at == seller.world.clock.now


def test_the_history_names_the_coupon_and_not_its_code(seller: Shop) -> None:
    code = new_code()
    bring_in(seller, row(25, code=code))
    asset = seller.buy(line(quantity=25))
    (named,) = seller.history(asset, "coupon")
    assert named == f"stock {codes_of(seller, asset)[0].id}"
    assert code not in str(seller.history(asset, "coupon"))


def test_two_orders_never_get_the_same_code(seller: Shop) -> None:
    bring_in(seller, row(25), row(25))
    first, second = seller.buy(line(quantity=25)), seller.buy(line(quantity=25))
    assert code_of(seller, first) != code_of(seller, second)


def test_drawing_again_for_an_asset_that_was_served_changes_nothing(seller: Shop) -> None:
    bring_in(seller, row(25), row(25))
    asset = seller.buy(line(quantity=25))
    assert allocate(seller.tenant, asset.id) == seller.asset(asset.id)
    assert len(codes_of(seller, asset)) == 1


def test_a_repeated_event_draws_one_code(seller: Shop) -> None:
    bring_in(seller, row(25), row(25))
    order = seller.host.place(line(quantity=25))
    for _ in range(3):
        seller.fire("order_fully_paid", order)
    seller.settle()
    asset = seller.asset_of(order)
    assert asset is not None
    assert len(codes_of(seller, asset)) == 1
    assert templates(seller) == ["welcome"]


def test_drawing_for_one_asset_many_times_at_once_draws_one_code(seller: Shop) -> None:
    asset = seller.buy(line(quantity=25))
    seller.ports.vendors.close()
    together = Barrier(4)

    def draw() -> None:
        together.wait()
        allocate(seller.tenant, asset.id)

    bring_in(seller, *(row(25) for _ in range(4)))
    threads = [Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes_of(seller, asset)) == 1


def test_a_code_that_was_taken_meanwhile_is_not_given_twice(seller: Shop) -> None:
    bring_in(seller, row(25))
    asset = seller.buy(line(quantity=25))
    with pytest.raises(CodesTaken), seller.tenant.writing() as work:
        work.stock.allocate(
            work.stock.of_assets([asset.id])[asset.id], asset.id, asset.purchase_date
        )


def test_what_a_cancelled_order_might_have_had_stays_in_stock(seller: Shop) -> None:
    waiting = seller.buy(line(quantity=25))
    cancelled = seller.cancel(waiting)
    bring_in(seller, row(25))
    assert not seller.asset(cancelled.id).has_coupon
    assert seller.buy(line(quantity=25)).has_coupon


@pytest.mark.databases("postgresql")
def test_how_large_a_code_there_is_costs_one_look_into_an_index(seller: Shop) -> None:
    """However many codes have it; an import that nobody sees yet must not make it a search."""
    bring_in(seller, *(row(1 + n % 5) for n in range(100)))
    demand = Demand(
        product_type=ProductType.MAILBOX_LICENSE, sku="ANY", licenses=9,
        redeemable_until=seller.world.clock.now, validity_days=1,
    )  # fmt: skip
    plans: list[str] = []

    def explain(connection: Connection, _cursor: object, asked: str, values: Any, *_: Any) -> None:
        if "bittitan_stock_codes" in asked and not asked.startswith("EXPLAIN"):
            found = connection.exec_driver_sql(f"EXPLAIN {asked}", values)
            plans.append("\n".join(line for (line,) in found))

    engine = seller.ports.store.engine
    with seller.tenant.writing() as work:
        # So few rows are sooner read from end to end.
        for way in ("seqscan", "bitmapscan"):
            work.session.execute(text(f"SET LOCAL enable_{way} = off"))
        event.listen(engine, "before_cursor_execute", explain)
        try:
            assert work.stock.sizes(demand, 3) == [5, 4, 3]
        finally:
            event.remove(engine, "before_cursor_execute", explain)
    assert plans
    assert not [plan for plan in plans if "Sort" in plan or "Aggregate" in plan]
