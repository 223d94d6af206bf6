"""BitTitan's books against ours: what became of coupons, and coupons nobody recorded."""

from dataclasses import replace

from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from tests.fakes.host import line
from tests.fakes.rows import asset_unreadable
from tests.integration.reconciliation.comparing import (
    changed,
    found,
    issued_unseen,
    reconcile,
)
from tests.world import Shop


def test_where_the_books_agree_nothing_is_found(shop: Shop) -> None:
    shop.buy(line())
    run = reconcile(shop)
    assert (found(run), run.report["orders"], run.report["assets"]) == ({}, 1, 1)


def test_a_redeemed_coupon_is_followed_only_when_applied(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    seen = reconcile(shop)
    before = shop.asset(asset.id).coupon_status
    applied = reconcile(shop, apply=True)
    assert found(seen) == changed(applied) == {"COUPON_REDEEMED": 1}
    assert (before, shop.asset(asset.id).coupon_status) == (
        CouponStatus.AVAILABLE,
        CouponStatus.REDEEMED,
    )


def test_an_expired_coupon_is_followed(shop: Shop) -> None:
    asset = shop.buy(line())
    assert asset.coupon_expires_at is not None
    shop.sandbox.sandbox.clock.set(asset.coupon_expires_at)
    shop.world.clock.now = asset.coupon_expires_at
    assert changed(reconcile(shop, apply=True)) == {"COUPON_EXPIRED": 1}
    assert shop.asset(asset.id).coupon_status is CouponStatus.EXPIRED


def test_a_coupon_cancelled_by_somebody_else_becomes_a_problem(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    assert changed(reconcile(shop, apply=True)) == {"COUPON_CANCELLED_OUTSIDE": 1}
    (problem,) = shop.problems()
    assert (problem.kind, problem.action, problem.asset_id) == (
        ProblemKind.COUPON_CANCELLED_OUTSIDE,
        ProblemAction.CANCEL_ASSET,
        asset.id,
    )


def test_an_orphaned_coupon_is_adopted_and_not_issued_again(shop: Shop) -> None:
    shop.buy(line())  # so that the vendor knows the account
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    failed = shop.buy(line())
    shop.sandbox.sandbox.faults.clear()
    coupon = issued_unseen(shop, failed)
    seen, applied = reconcile(shop), reconcile(shop, apply=True)
    asset = shop.asset(failed.id)
    assert found(seen) == changed(applied) == {"ORPHANED_COUPON": 1}
    assert (asset.coupon_id, asset.coupon_adopted) == (coupon.id, True)
    assert (shop.tally().issued, shop.problems()) == (2, [])


def test_a_failed_asset_is_tried_again(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    failed = shop.buy(line())
    shop.sandbox.sandbox.faults.clear()
    applied = reconcile(shop, apply=True)
    assert changed(applied) == {"ASSET_STUCK": 1}
    asset = shop.asset(failed.id)
    assert (asset.provisioning_status, shop.tally().issued) == (ProvisioningStatus.SYNCHRONIZED, 1)


def test_an_asset_that_waits_for_its_account_is_not_stuck(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    shop.buy(line())
    assert found(reconcile(shop)) == {}


def test_another_quantity_than_was_sold_becomes_a_problem(shop: Shop) -> None:
    shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    failed = shop.buy(line(quantity=25))
    shop.sandbox.sandbox.faults.clear()
    coupon = issued_unseen(shop, failed, quantity=24)
    run = reconcile(shop, apply=True)
    assert found(run)["COUPON_MISMATCH"] == 1
    kinds = {problem.kind: problem for problem in shop.problems()}
    assert f"{coupon.id} holds 24 licences, 25 were sold" in (
        kinds[ProblemKind.COUPON_MISMATCH].message
    )


def test_a_second_usable_coupon_for_one_sale_is_revoked(shop: Shop) -> None:
    asset = shop.buy(line())
    issued_unseen(shop, asset)
    seen, applied = reconcile(shop), reconcile(shop, apply=True)
    assert found(seen) == changed(applied) == {"COUPON_MISMATCH": 1}
    assert shop.asset(asset.id).coupon_id == asset.coupon_id
    assert (shop.tally().usable, shop.problems()) == (1, [])


def test_a_usable_coupon_of_a_cancelled_sale_is_revoked(shop: Shop) -> None:
    shop.buy(line())
    asset = shop.cancel(shop.buy(line()))
    issued_unseen(shop, asset)
    assert changed(reconcile(shop, apply=True)) == {"COUPON_MISMATCH": 1}
    assert (shop.tally().usable, shop.tally().credits) == (1, 1)


def test_what_bittitan_refuses_to_revoke_becomes_a_problem(shop: Shop) -> None:
    asset = shop.buy(line())
    second = issued_unseen(shop, asset)
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=422)
    assert changed(reconcile(shop, apply=True)) == {}
    mismatch = [p for p in shop.problems() if p.kind is ProblemKind.COUPON_MISMATCH]
    assert [second.id in problem.message for problem in mismatch] == [True]


def test_no_code_stands_in_a_report_or_a_problem(shop: Shop) -> None:
    asset = shop.buy(line())
    second = issued_unseen(shop, asset)
    run = reconcile(shop, apply=True)
    told = f"{run.report} {shop.problems()}"
    assert second.code not in told
    assert "sealed" not in told


def test_coupons_of_others_under_the_same_contract_are_left_alone(shop: Shop) -> None:
    asset = shop.buy(line())
    issued_unseen(shop, asset, reference="asset-11111111-2222-3333-4444-555555555555")
    issued_unseen(shop, asset, reference="somebody else's")
    run = reconcile(shop, apply=True)
    assert (found(run), run.report["coupons"]) == ({}, 3)


def test_without_a_coupon_api_only_the_orders_are_compared(shop: Shop) -> None:
    key = f"{shop.key}-stock"
    other = replace(shop, key=key, id=shop.world.application.attach(key, shop.host))
    other.configure(coupon_source="STOCK")
    run = reconcile(other)
    assert run.report["left_out"] == [
        "There is no coupon API: BitTitan cannot be asked about coupons from stock."
    ]


def test_an_asset_that_cannot_be_read_is_named_and_the_others_are_compared(shop: Shop) -> None:
    bad, good = shop.buy(line()), shop.buy(line())
    shop.sandbox.sandbox.redeem(good.coupon_id or "")
    asset_unreadable(shop.tenant, bad.id)
    run = reconcile(shop)

    assert found(run) == {"COUPON_REDEEMED": 1}
    of_the_order, of_the_asset = run.report["left_out"]
    assert of_the_order.startswith(f"Order {bad.order_number} could not be compared")
    assert of_the_asset.startswith(f"An asset of order {bad.order_number} cannot be read")
