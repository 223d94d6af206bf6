"""What BitTitan answers is compared with what was ordered before any buyer gets it."""

from typing import Any

import pytest

from bittitan_plugin.bittitan.sandbox.inputs import CouponInput
from bittitan_plugin.bittitan.sandbox.ledger import Ledger, SandboxCoupon
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.services import problems
from bittitan_plugin.services.coupons.coupon_status import follow
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.store.tables import HeldCouponRow
from tests.fakes.host import line
from tests.world import CANCELLED, SOLD, STAFF, Shop

_ISSUE = Ledger.issue


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    shop_by_hand.sandbox.sandbox.clock.set(shop_by_hand.world.clock.now)
    return shop_by_hand


def vendor_answers(monkeypatch: pytest.MonkeyPatch, **wrong: object) -> None:
    """From now on BitTitan makes coupons that differ in this from what it is asked for."""

    def issue(ledger: Ledger, request: CouponInput) -> SandboxCoupon:
        return _ISSUE(ledger, request.model_copy(update=wrong))

    monkeypatch.setattr(Ledger, "issue", issue)


def the_problem(shop: Shop) -> Problem:
    (problem,) = shop.problems()
    return problem


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sku": "UMB"}, "has the SKU UMB instead of MW-MAILBOX"),
        ({"quantity": 8}, "holds 8 licences, 5 were sold"),
        ({"expire_days": 30}, "has, as days to redeem it, 30 instead of 365"),
        ({"validity_days": 30}, "has, as days of validity, 30 instead of 365"),
        ({"reference": "another"}, "has the reference another instead of"),
    ],
)
def test_a_coupon_that_is_not_what_was_ordered_is_held_back_and_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], named: str
) -> None:
    vendor_answers(monkeypatch, **wrong)
    asset = shop.buy(line(quantity=5))

    assert (asset.has_coupon, asset.provisioning_status) == (False, "FAILED")
    assert "welcome" not in shop.tally().mail
    problem = the_problem(shop)
    assert (problem.kind, problem.action) == (
        ProblemKind.COUPON_HELD_BACK,
        ProblemAction.RELEASE_COUPON,
    )
    assert named in problem.message
    assert "Synchronize" in problem.next_step


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"status": "REDEEMED"}, "is redeemed, not available"),
        ({"status": "CANCELLED"}, "is cancelled, not available"),
        ({"expires_at": "2026-03-09T09:30:00+00:00"}, "could be redeemed only before 2026-03-09"),
        ({"partner_id": "someone"}, "is for the partner someone instead of"),
    ],
)
def test_a_coupon_that_is_used_or_another_s_is_not_delivered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], named: str
) -> None:
    document = SandboxCoupon.document
    monkeypatch.setattr(SandboxCoupon, "document", lambda coupon: {**document(coupon), **wrong})
    asset = shop.buy(line())

    assert (asset.has_coupon, "welcome" in shop.tally().mail) == (False, False)
    assert named in the_problem(shop).message


def test_one_found_by_its_reference_is_judged_as_well(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, sku="UMB")
    shop.sandbox.sandbox.faults.add("drop_after_work", operation="issue", times=1)

    assert shop.buy(line()).has_coupon is False
    assert the_problem(shop).kind is ProblemKind.COUPON_HELD_BACK


def test_what_was_said_is_kept_and_the_code_sealed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, quantity=8)
    asset = shop.buy(line(quantity=5))

    (coupon,) = shop.sandbox.sandbox.ledger()
    with shop.tenant.reading() as work:
        row = work.session.get(HeldCouponRow, asset.id)
        held = work.held_coupons.of(asset.id)
    assert row is not None
    assert (row.coupon_id, row.quantity, row.sku) == (coupon.id, 8, "MW-MAILBOX")
    assert coupon.code not in row.code
    assert shop.ports.cipher.open(row.code) == coupon.code  # type: ignore[arg-type]
    assert held is not None
    assert held.differences == "holds 8 licences, 5 were sold"


def test_no_reconciliation_tries_again_for_what_is_held_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, sku="UMB")
    asset = shop.buy(line())

    assert reconciliation.reconcile_asset(shop.tenant, asset.id) is False


def test_once_bittitan_has_put_it_right_synchronizing_delivers_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, validity_days=30)
    asset = shop.buy(line())
    _mend(shop, validity_days=365)

    assert shop.synchronize(asset).coupon_adopted
    assert (shop.problems(), _held(shop, asset)) == ([], None)
    assert "welcome" in shop.tally().mail


def test_staff_may_let_the_buyer_have_it_as_it_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, validity_days=30)
    asset = shop.buy(line())

    problems.act(shop.tenant, the_problem(shop).id, STAFF)
    shop.settle()

    assert shop.asset(asset.id).has_coupon
    assert (shop.problems(), _held(shop, asset)) == ([], None)
    assert sorted(shop.tally().mail) == ["provisioning_failed", "welcome"]


def test_what_was_issued_under_another_reference_cannot_be_released(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, reference="another")
    asset = shop.buy(line())

    with pytest.raises(Refusal, match="another reference") as refused:
        problems.act(shop.tenant, the_problem(shop).id, STAFF)
    assert (refused.value.code, shop.asset(asset.id).has_coupon) == (ErrorCode.INVALID, False)


def test_what_was_redeemed_meanwhile_cannot_be_released(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor_answers(monkeypatch, validity_days=30)
    shop.buy(line())
    (coupon,) = shop.sandbox.sandbox.ledger()
    shop.sandbox.sandbox.redeem(coupon.id)

    with pytest.raises(Refusal, match="does not list it"):
        problems.act(shop.tenant, the_problem(shop).id, STAFF)


def test_cancelling_revokes_what_was_held_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor_answers(monkeypatch, quantity=8)
    shop.cancel(shop.buy(line(quantity=5)))

    tally = shop.tally()
    assert (tally.usable, tally.credits, shop.problems()) == (0, CANCELLED.credits, [])


def test_a_coupon_listed_under_another_sale_s_reference_is_not_revoked_as_one_too_many(
    shop: Shop,
) -> None:
    first, second = shop.buy(line()), shop.buy(line())
    ledger = shop.sandbox.sandbox._ledger._coupons
    one = ledger[first.coupon_id or ""]
    ledger[one.id] = SandboxCoupon(**{**vars(one), "reference": second.reference})
    follow(shop.tenant)

    assert shop.tally().usable == 2 * SOLD.usable


def test_what_is_said_under_another_sale_s_reference_is_not_believed(shop: Shop) -> None:
    asset, other = shop.buy(line()), shop.buy(line())
    shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    ledger = shop.sandbox.sandbox._ledger._coupons
    one = ledger[asset.coupon_id or ""]
    ledger[one.id] = SandboxCoupon(**{**vars(one), "reference": other.reference})
    follow(shop.tenant)

    assert shop.asset(asset.id).coupon_status == "AVAILABLE"


def _mend(shop: Shop, **right: object) -> None:
    ledger = shop.sandbox.sandbox._ledger._coupons
    for coupon in list(ledger.values()):
        ledger[coupon.id] = SandboxCoupon(**{**vars(coupon), **right})


def _held(shop: Shop, asset: Asset) -> object:
    with shop.tenant.reading() as work:
        return work.held_coupons.of(asset.id)
