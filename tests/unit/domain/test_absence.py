"""What it means that BitTitan does not list a coupon: the rule, whoever asks."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bittitan_plugin.domain.absence import (
    VANISHED_AT_ONCE,
    Fate,
    Look,
    is_doubted,
    is_news,
    needs_voucher,
    of_absent,
    of_listed,
    vouches,
)
from bittitan_plugin.domain.coupons import CouponStatus
from tests.fakes.values import NOON, coupon, sold_asset

ACCOUNT = "account"
SOLD = sold_asset(coupon_account=ACCOUNT, coupon_listed_since=NOON)
REDEEMED = Fate(status=CouponStatus.REDEEMED, inferred=True)
LATER = NOON + timedelta(hours=1)


def test_what_its_account_lists_no_longer_was_redeemed() -> None:
    assert of_absent(SOLD, ACCOUNT, LATER, vouched=True) == REDEEMED


@pytest.mark.parametrize(
    ("account", "vouched"), [("another", True), (ACCOUNT, False), ("another", False)]
)
def test_the_absence_from_an_account_that_may_not_have_sold_it_means_nothing(
    account: str, vouched: bool
) -> None:
    assert of_absent(SOLD, account, LATER, vouched=vouched) is None


def test_a_coupon_that_no_account_has_listed_is_not_redeemed_by_its_absence() -> None:
    never = replace(SOLD, coupon_account=None, coupon_listed_since=None)
    assert of_absent(never, ACCOUNT, LATER, vouched=True) is None


def test_that_its_days_are_over_is_known_whoever_is_asked() -> None:
    over = SOLD.coupon_expires_at
    assert over is not None
    expired = Fate(status=CouponStatus.EXPIRED, inferred=True)
    assert of_absent(SOLD, "another", over, vouched=False) == expired


@pytest.mark.parametrize("status", ["REDEEMED", "EXPIRED", "CANCELLED"])
def test_a_fate_that_is_settled_stays(status: str) -> None:
    settled = replace(SOLD, coupon_status=CouponStatus(status))
    assert of_absent(settled, ACCOUNT, LATER, vouched=True) is None


def test_what_is_listed_was_said() -> None:
    said = coupon(SOLD, status=CouponStatus.CANCELLED)
    assert of_listed(SOLD, said, ACCOUNT) == Fate(status=CouponStatus.CANCELLED)


def test_another_account_may_use_the_same_id_for_a_coupon_of_its_own() -> None:
    foreign = coupon(SOLD, reference="order-7")
    assert of_listed(SOLD, foreign, "another") is None
    assert of_listed(SOLD, coupon(SOLD), "another") == Fate(status=CouponStatus.AVAILABLE)


@pytest.mark.parametrize(
    ("concluded", "read_from", "news"),
    [(NOON, LATER, True), (NOON, NOON, True), (LATER, NOON, False)],
)
def test_a_list_corrects_what_was_concluded_before_it_was_read(
    concluded: datetime, read_from: datetime, news: bool
) -> None:
    asset = replace(SOLD, coupon_status=CouponStatus.REDEEMED, coupon_inferred_at=concluded)
    assert is_news(asset, Fate(status=CouponStatus.AVAILABLE), read_from) is news


def test_a_list_reopens_nothing_that_bittitan_told() -> None:
    asset = replace(SOLD, coupon_status=CouponStatus.REDEEMED)
    assert not is_news(asset, Fate(status=CouponStatus.AVAILABLE), LATER)


@pytest.mark.parametrize(
    ("account", "since", "until", "counts"),
    [
        (ACCOUNT, NOON, NOON, True),
        (ACCOUNT, NOON, LATER, True),
        # Sold since the last sound reading: any account lists what it has just sold.
        (ACCOUNT, LATER, NOON, False),
        (ACCOUNT, None, LATER, False),
        ("another", NOON, LATER, False),
    ],
)
def test_an_account_vouches_for_itself_by_what_it_had_listed_before(
    account: str, since: datetime | None, until: datetime, counts: bool
) -> None:
    asset = replace(SOLD, coupon_account=account, coupon_listed_since=since)
    assert vouches(asset, ACCOUNT, until) is counts


def look(vanished: int, *, vouching: int = 0, unanswered: int = 0, doubted: bool = False) -> Look:
    return Look(
        vouching=vouching, vanished=[SOLD] * vanished, unanswered=unanswered, doubted=doubted
    )


@pytest.mark.parametrize(
    ("seen", "vouched", "doubted"),
    [
        (look(0), False, False),
        (look(1), False, True),
        (look(1), True, False),
        (look(VANISHED_AT_ONCE - 1), True, False),
        (look(VANISHED_AT_ONCE), True, True),
        (look(VANISHED_AT_ONCE, vouching=1), False, False),
        (look(1, vouching=1), False, False),
        # A doubt stays however few are left, until nothing is in question.
        (look(1, doubted=True), True, True),
        (look(0, unanswered=1, doubted=True), False, True),
        (look(0, doubted=True), False, False),
        (look(9, vouching=1, doubted=True), False, False),
    ],
)
def test_whether_a_look_leaves_the_account_in_doubt(
    seen: Look, vouched: bool, doubted: bool
) -> None:
    assert is_doubted(seen, vouched=vouched) is doubted


@pytest.mark.parametrize(
    ("seen", "needed"),
    [
        (look(0), False),
        (look(1), True),
        (look(VANISHED_AT_ONCE - 1), True),
        (look(VANISHED_AT_ONCE), False),
        (look(1, vouching=1), False),
        (look(1, doubted=True), False),
    ],
)
def test_whether_it_is_asked_if_the_account_knows_the_buyers(seen: Look, needed: bool) -> None:
    assert needs_voucher(seen) is needed
