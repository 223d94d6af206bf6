"""A vendor that issued twice under one reference: only the coupon that was sold stays usable."""

from bittitan_plugin.bittitan.sandbox.inputs import CouponInput
from bittitan_plugin.bittitan.sandbox.ledger import SandboxCoupon
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import line
from tests.integration.coupons.following import Calendar
from tests.world import CANCELLED, SOLD, Shop


def arrives_late(calendar: Calendar, asset: Asset) -> SandboxCoupon:
    """A request that was given up is done after all, at a vendor that forgets references."""
    sandbox = calendar.shop.sandbox.sandbox
    (own,) = [coupon for coupon in sandbox.ledger() if coupon.reference == asset.reference]
    request = {name: getattr(own, name) for name in CouponInput.model_fields}
    return sandbox.issue(CouponInput(**request), idempotent=False)[0]


def status(calendar: Calendar, coupon: SandboxCoupon) -> str:
    return next(c.status for c in calendar.shop.sandbox.sandbox.ledger() if c.id == coupon.id)


def test_a_second_coupon_of_one_asset_is_revoked(calendar: Calendar) -> None:
    asset = calendar.sold()
    second = arrives_late(calendar, asset)

    calendar.follow()

    assert status(calendar, second) == "CANCELLED"


def test_the_coupon_that_was_sold_stays(calendar: Calendar) -> None:
    asset = calendar.sold()
    arrives_late(calendar, asset)
    calendar.follow()

    tally = calendar.shop.tally()
    assert (tally.usable, tally.mail) == (SOLD.usable, SOLD.mail)
    assert calendar.shop.asset(asset.id) == asset


def test_one_that_comes_to_be_between_two_looks_is_revoked_by_the_second(
    calendar: Calendar,
) -> None:
    asset = calendar.sold()
    calendar.follow()
    calendar.time_passes(minutes=5)
    second = arrives_late(calendar, asset)

    calendar.follow()

    assert status(calendar, second) == "CANCELLED"


def test_one_of_a_cancelled_asset_is_revoked_although_nothing_else_is_followed(
    calendar: Calendar,
) -> None:
    asset = calendar.sold()
    calendar.shop.cancel(asset)
    second = arrives_late(calendar, asset)

    calendar.follow()

    assert status(calendar, second) == "CANCELLED"
    assert calendar.shop.tally().credits == CANCELLED.credits


def test_a_coupon_whose_asset_has_none_yet_is_left_to_be_adopted(shop: Shop) -> None:
    calendar = Calendar(shop)  # with the engine, which is at it meanwhile
    faults = calendar.shop.sandbox.sandbox.faults
    faults.add("status", operation="issue", status=503, after_work=True)
    faults.add("status", operation="find", status=503)
    order = calendar.shop.host.place(line())
    calendar.shop.fire("order_fully_paid", order)
    calendar.shop.until(lambda: bool(calendar.shop.sandbox.sandbox.ledger()))

    calendar.follow()
    faults.clear()
    calendar.shop.settle()

    assert calendar.shop.tally() == SOLD


def test_a_coupon_under_the_reference_of_another_system_is_left_alone(calendar: Calendar) -> None:
    asset = calendar.sold()
    sandbox = calendar.shop.sandbox.sandbox
    (own,) = sandbox.ledger()
    request = {name: getattr(own, name) for name in CouponInput.model_fields}
    for reference in ("asset-4711", "somebody-else", f"asset-{calendar.shop.id}"):
        sandbox.issue(CouponInput(**{**request, "reference": reference}), idempotent=False)

    calendar.follow()

    assert calendar.status(asset) == "AVAILABLE"
    assert {coupon.status for coupon in sandbox.ledger()} == {"AVAILABLE"}


def test_one_that_cannot_be_revoked_now_is_revoked_by_the_next_look(calendar: Calendar) -> None:
    asset = calendar.sold()
    second = arrives_late(calendar, asset)
    calendar.shop.sandbox.sandbox.faults.add("drop_connection", operation="cancel", times=1)
    calendar.follow()
    calendar.time_passes(minutes=5)

    calendar.follow()

    assert status(calendar, second) == "CANCELLED"
    assert calendar.shop.problems() == []


def test_one_that_the_vendor_refuses_to_revoke_is_a_problem_until_it_is_revoked(
    calendar: Calendar,
) -> None:
    asset = calendar.sold()
    second = arrives_late(calendar, asset)
    calendar.shop.sandbox.sandbox.faults.add("status", operation="cancel", status=403, times=1)
    calendar.follow()
    (problem,) = calendar.shop.problems()
    assert (problem.kind, problem.asset_id) == (ProblemKind.COUPON_MISMATCH, asset.id)
    assert second.id in problem.message
    assert second.code not in problem.message

    calendar.time_passes(minutes=5)
    calendar.follow()

    assert calendar.shop.problems() == []
