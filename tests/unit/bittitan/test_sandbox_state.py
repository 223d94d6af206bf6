"""The simulated vendor itself: codes, clocks, references, and starting anew."""

from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.bittitan.sandbox import Sandbox, default_catalogue, large_catalogue
from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.inputs import CouponInput, PartnerInput
from bittitan_plugin.bittitan.sandbox.ledger import SandboxCoupon
from bittitan_plugin.domain.coupons import CouponStatus


def _partner(sandbox: Sandbox, reference: str = "account-1", email: str = "a@example.com") -> str:
    return sandbox.register(PartnerInput(reference=reference, email=email, company="A"))[0].id


def _request(sandbox: Sandbox, reference: str = "asset-1") -> CouponInput:
    return CouponInput(
        reference=reference,
        partner_id=_partner(sandbox),
        sku="UMB",
        quantity=1,
        expire_days=30,
        validity_days=365,
    )


def _issue(
    sandbox: Sandbox, reference: str = "asset-1", *, idempotent: bool = True
) -> SandboxCoupon:
    return sandbox.issue(_request(sandbox, reference), idempotent=idempotent)[0]


def test_codes_are_unique_and_plausible() -> None:
    sandbox = Sandbox()
    codes = {_issue(sandbox, f"asset-{number}").code for number in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {23}


def test_an_unused_code_expires_by_the_sandboxs_clock() -> None:
    sandbox = Sandbox()
    coupon = _issue(sandbox)
    sandbox.clock.advance(timedelta(days=30))
    (kept,) = sandbox.ledger()
    assert (kept.status, kept.updated_at) == (CouponStatus.EXPIRED, coupon.expires_at)


def test_a_code_is_good_until_the_instant_it_expires() -> None:
    sandbox = Sandbox()
    coupon = _issue(sandbox)
    sandbox.clock.set(coupon.expires_at - timedelta(minutes=1))
    assert sandbox.ledger()[0].status is CouponStatus.AVAILABLE


@pytest.mark.parametrize("status", [CouponStatus.REDEEMED, CouponStatus.EXPIRED])
def test_a_redeemed_or_expired_coupon_is_kept_in_the_ledger_and_listed_no_more(
    status: CouponStatus,
) -> None:
    sandbox = Sandbox()
    coupon = _issue(sandbox)
    if status is CouponStatus.REDEEMED:
        sandbox.redeem(coupon.id)
    else:
        sandbox.clock.advance(timedelta(days=31))
    assert [kept.status for kept in sandbox.ledger()] == [status]
    assert sandbox.listed(reference="asset-1", since=None) == []
    with pytest.raises(ApiError, match="no such coupon"):
        sandbox.coupon(coupon.id)


def test_a_cancelled_coupon_is_still_listed() -> None:
    sandbox = Sandbox()
    coupon = sandbox.cancel(_issue(sandbox).id)
    assert sandbox.listed(reference="asset-1", since=None) == [coupon]


def test_cancelling_again_changes_nothing() -> None:
    sandbox = Sandbox()
    cancelled = sandbox.cancel(_issue(sandbox).id)
    sandbox.clock.advance(timedelta(hours=1))
    assert sandbox.cancel(cancelled.id) == cancelled


def test_a_repeated_reference_gives_the_same_coupon_even_when_it_is_cancelled() -> None:
    sandbox = Sandbox()
    cancelled = sandbox.cancel(_issue(sandbox).id)
    assert _issue(sandbox) == cancelled


def test_without_idempotency_a_repeated_reference_makes_a_second_coupon() -> None:
    sandbox = Sandbox()
    first, second = _issue(sandbox), _issue(sandbox, idempotent=False)
    assert [coupon.id for coupon in sandbox.ledger()] == [first.id, second.id]
    assert first.code != second.code


def test_back_under_idempotency_the_first_coupon_of_a_reference_counts() -> None:
    sandbox = Sandbox()
    first = _issue(sandbox)
    _issue(sandbox, idempotent=False)
    assert _issue(sandbox).id == first.id


def test_only_what_changed_since_an_instant_is_listed() -> None:
    sandbox = Sandbox()
    _issue(sandbox, "asset-1")
    second = _issue(sandbox, "asset-2")
    sandbox.clock.advance(timedelta(days=1))
    since = sandbox.clock.now()
    sandbox.cancel(second.id)
    assert [c.id for c in sandbox.listed(reference=None, since=since)] == [second.id]


def test_a_partner_keeps_its_id_when_its_details_change() -> None:
    sandbox = Sandbox()
    first = _partner(sandbox, email="old@example.com")
    assert _partner(sandbox, email="new@example.com") == first
    assert [partner.email for partner in sandbox.partners()] == ["new@example.com"]


def test_a_known_address_is_adopted_under_another_reference() -> None:
    sandbox = Sandbox()
    first = _partner(sandbox, reference="account-1")
    assert _partner(sandbox, reference="account-2", email="A@Example.com") == first


def test_a_partner_cannot_take_anothers_address() -> None:
    sandbox = Sandbox()
    _partner(sandbox, "account-1", "one@example.com")
    _partner(sandbox, "account-2", "two@example.com")
    with pytest.raises(ApiError) as error:
        _partner(sandbox, "account-2", "one@example.com")
    assert error.value.code == "EMAIL_TAKEN"


def test_resetting_makes_everything_new() -> None:
    sandbox = Sandbox()
    _issue(sandbox)
    sandbox.products.clear()
    sandbox.faults.add("status")
    sandbox.clock.set(datetime(2001, 1, 1, tzinfo=UTC))
    sandbox.reset()
    assert (sandbox.ledger(), sandbox.partners(), sandbox.faults.in_force()) == ([], [], [])
    assert sandbox.products == default_catalogue()
    assert sandbox.clock.now().year > 2001


def test_the_default_catalogue_has_both_types_at_their_list_prices() -> None:
    prices = {row["product_type"]: row["list_price"]["amount"] for row in default_catalogue()}
    assert prices == {"MAILBOX_LICENSE": "14.00", "USER_MIGRATION_BUNDLE": "17.50"}


def test_a_large_catalogue_has_as_many_different_skus_as_asked() -> None:
    assert len({row["sku"] for row in large_catalogue(10_000)}) == 10_000
