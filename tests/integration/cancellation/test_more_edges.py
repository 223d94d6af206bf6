"""More edges: what is lost on the way, states that forbid it, terms that changed meanwhile."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import Credit, InvoiceReference, Refund
from bittitan_plugin.domain.errors import (
    BitTitanError,
    ErrorCode,
    OutcomeUnknown,
    Refusal,
    Rejected,
)
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling.cancellation import check
from bittitan_plugin.services.coupons.coupon_status import follow_asset
from tests.fakes.host import FakePlatform, line
from tests.integration.cancellation.asking import refusal_of
from tests.integration.requests.asking import CUSTOMER, codes_of
from tests.world import CANCELLED, SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@dataclass
class ForgetfulHost(FakePlatform):
    """Issues the credit and asks for the refund, then breaks before it has answered."""

    breaks: deque[Exception] = field(default_factory=deque)

    def credit(self, credit: Credit) -> InvoiceReference | None:
        made = super().credit(credit)
        self._break()
        return made

    def refund(self, credit: Credit) -> Refund:
        asked = super().refund(credit)
        self._break()
        return asked

    def _break(self) -> None:
        if self.breaks:
            raise self.breaks.popleft()


def waiting(shop: Shop) -> Asset:
    shop.configure(synchronize_automatically="false")
    return shop.buy(line())


def expired(shop: Shop) -> Asset:
    shop.sandbox.sandbox.clock.set(shop.world.clock.now)
    asset = shop.buy(line())
    shop.world.clock.advance(days=366)
    shop.sandbox.sandbox.clock.set(shop.world.clock.now)
    return follow_asset(shop.tenant, asset.id)


def seems_redeemed(shop: Shop) -> Asset:
    """BitTitan does not list it any more, and has said nothing."""
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    return follow_asset(shop.tenant, asset.id)


def redeemed(shop: Shop) -> Asset:
    """BitTitan has said so when it was asked to cancel it."""
    return shop.cancel(seems_redeemed(shop))


def cancelled(shop: Shop) -> Asset:
    return shop.cancel(shop.buy(line()))


FORBIDDEN = {
    "pending": (waiting, ErrorCode.NOT_PROVISIONED),
    "expired": (expired, ErrorCode.COUPON_EXPIRED),
    "redeemed": (redeemed, ErrorCode.COUPON_REDEEMED),
    "cancelled": (cancelled, ErrorCode.ALREADY_CANCELLED),
}


@pytest.mark.parametrize(("state", "code"), FORBIDDEN.values(), ids=FORBIDDEN)
@pytest.mark.parametrize("automatic", ["false", "true"])
def test_what_cannot_be_cancelled_is_refused_on_every_route_and_changes_nothing(
    shop: Shop, state: Callable[[Shop], Asset], code: ErrorCode, automatic: str
) -> None:
    shop.configure(automatic_cancellation=automatic)
    asset = state(shop)
    before, id_ = shop.tally(), asset.id

    codes = [
        check(shop.tenant, asset).code,
        refusal_of(shop, id_),
        *codes_of(lambda: cancellation_requests.create(shop.tenant, id_, CUSTOMER, "")),
    ]
    shop.settle()

    assert (codes, shop.tally(), shop.asset(id_)) == ([code] * 3, before, asset)


def test_staff_may_have_bittitan_asked_about_what_only_seems_redeemed(shop: Shop) -> None:
    asset = seems_redeemed(shop)
    assert asset.coupon_status_inferred
    assert check(shop.tenant, asset).allowed

    after = shop.cancel(asset)
    assert (after.status, after.coupon_status) == ("ACTIVE", "REDEEMED")
    assert not after.coupon_status_inferred


def test_customers_make_no_request_about_what_seems_redeemed(shop: Shop) -> None:
    asset = seems_redeemed(shop)

    with pytest.raises(Refusal) as refused:
        cancellation_requests.create(shop.tenant, asset.id, CUSTOMER, "")
    assert refused.value.code is ErrorCode.COUPON_REDEEMED


def test_a_coupon_that_bittitan_cancelled_by_itself_is_credited_when_the_asset_is_cancelled(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    follow_asset(shop.tenant, asset.id)

    shop.cancel(asset)

    assert shop.tally() == CANCELLED


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "break_", [OutcomeUnknown("no answer"), RuntimeError("a defect")], ids=["lost", "defect"]
)
def test_ten_lost_answers_of_the_platform_are_one_credit_and_one_refund(
    shop: Shop, break_: Exception
) -> None:
    asset = shop.buy(line())
    shop.attach(ForgetfulHost(**vars(shop.host), breaks=deque([break_] * 10)))

    shop.cancel(asset)

    assert (shop.tally(), shop.problems()) == (CANCELLED, [])


@pytest.mark.parametrize(
    ("method", "next_step"),
    [("credit", "cancel the asset again"), ("refund", "ask for the refund again from here")],
)
def test_what_was_done_before_a_step_that_cannot_finish_stands(
    shop: Shop, method: str, next_step: str
) -> None:
    asset = shop.buy(line())
    refusal: BitTitanError = Rejected("LOCKED", "the books are closed")
    shop.host.failures[method] = deque([refusal])

    after = shop.cancel(asset)

    (problem,) = shop.problems()
    assert (after.status, shop.tally().usable) == ("CANCELLED", 0)
    assert (problem.asset_id, next_step in problem.next_step) == (asset.id, True)


def test_a_sale_of_nothing_is_cancelled_and_the_buyer_told_without_promising_a_credit(
    shop: Shop,
) -> None:
    asset = shop.cancel(shop.buy(line(price="0")))

    (told,) = [message for message in shop.mail if message.template == "cancelled"]
    assert (asset.status, asset.credit_invoice) == ("CANCELLED", None)
    assert (told.values["credit_invoice"], told.values["amount"]) == (None, None)
    assert shop.problems() == []


def test_a_customer_cancels_a_sale_of_nothing_alone_under_any_limit(shop: Shop) -> None:
    shop.configure(automatic_cancellation="true", automatic_cancellation_limit="0")
    asset = shop.buy(line(price="0"))

    cancellation_requests.create(shop.tenant, asset.id, CUSTOMER, "")
    shop.settle()

    assert shop.tally() == replace(CANCELLED, credits=0, refunds=0)


def test_redeemed_before_a_customers_own_cancellation_executes_the_sale_stands(shop: Shop) -> None:
    shop.configure(automatic_cancellation="true")
    asset = shop.buy(line())
    assert check(shop.tenant, asset).allowed
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")

    cancellation_requests.create(shop.tenant, asset.id, CUSTOMER, "")
    shop.settle()

    after = shop.asset(asset.id)
    assert (after.status, after.coupon_status) == ("ACTIVE", "REDEEMED")
    # It was too late for an answer on the spot, so the buyer is told by e-mail.
    assert shop.tally() == replace(SOLD, usable=0, mail=("welcome", "cancellation_refused"))


def test_a_window_shortened_after_the_sale_does_not_concern_it(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(refund_window_days="1")
    shop.world.clock.advance(days=15)

    assert shop.cancel(asset).status == "CANCELLED"


def test_a_window_lengthened_after_the_sale_does_not_concern_it(shop: Shop) -> None:
    shop.configure(refund_window_days="1")
    asset = shop.buy(line())
    shop.configure(refund_window_days="15")
    shop.world.clock.advance(days=2)

    assert refusal_of(shop, asset.id) is ErrorCode.CANCELLATION_WINDOW_CLOSED


def test_what_got_stuck_waits_while_the_plugin_is_off_and_goes_on_when_it_is_on(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([Rejected("LOCKED", "the books are closed")])
    shop.cancel(asset)
    shop.configure(active=False)
    assert refusal_of(shop, asset.id) is ErrorCode.PLUGIN_INACTIVE
    shop.configure()

    shop.cancel(asset)

    assert (shop.tally().credits, shop.problems()) == (1, [])


def test_a_coupon_cancelled_at_bittitan_and_no_longer_listed_is_not_taken_for_redeemed(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    follow_asset(shop.tenant, asset.id)
    shop.sandbox.sandbox.reset()

    assert shop.cancel(asset).coupon_status == "CANCELLED"
