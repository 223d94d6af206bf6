"""What is given back is what was received, and it is followed until the money went."""

from datetime import timedelta

import pytest

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import Refund, RefundStatus
from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.services import problems
from bittitan_plugin.services.cancelling.refunds import FOLLOW_EVERY, watch_refunds
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.selling.invoicing import remember_invoice
from tests.fakes.host import line
from tests.fakes.rows import asset_mended, asset_unreadable
from tests.tables import every
from tests.world import STAFF, Shop

ASKED, PAID, FAILED = RefundStatus.ASKED, RefundStatus.PAID, RefundStatus.FAILED


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def sold(shop: Shop, total: str = "40.50") -> Asset:
    return shop.buy(line(quantity=3, price="13.50", total=total))


def state(shop: Shop, asset: Asset) -> RefundStatus | None:
    refund = shop.asset(asset.id).refund
    return None if refund is None else refund.status


def look(shop: Shop, by: timedelta = FOLLOW_EVERY) -> None:
    """The timetable looks, some time later."""
    shop.world.clock.advance(seconds=by.total_seconds())
    watch_refunds(shop.tenant)
    shop.settle()


def incomplete(shop: Shop) -> list[Problem]:
    return [each for each in shop.problems() if each.kind is ProblemKind.REFUND_INCOMPLETE]


@every("total", ["10.00", "10.02", "9.99", "179.25", "0.01"])
def test_the_lines_total_is_credited_and_asked_back_whatever_the_unit_price(
    shop: Shop, total: str
) -> None:
    asset = shop.cancel(sold(shop, total))
    key = f"credit-{asset.id}"
    assert str(asset.total) == f"{total} USD"
    assert (shop.host.credited[key], shop.host.refunds[key].amount) == (asset.total, asset.total)


def test_what_was_never_invoiced_is_not_credited_and_the_money_goes_back_all_the_same(
    shop: Shop,
) -> None:
    shop.host.invoicing = False
    asset = shop.cancel(sold(shop))
    assert (asset.credit_invoice, shop.host.credits, len(shop.host.refunds)) == (None, {}, 1)
    assert (state(shop, asset), shop.problems()) == (PAID, [])
    (mail,) = [sent for sent in shop.mail if sent.template == "cancelled"]
    assert (mail.values["credit_invoice"], str(mail.values["refund"])) == (None, "40.50 USD")


def test_an_invoice_that_comes_after_the_cancellation_is_credited_then(shop: Shop) -> None:
    shop.host.invoicing = False
    asset = shop.cancel(sold(shop))
    shop.host.invoicing = True
    made, installation = shop.host.invoice(asset.order_id), get_installation(shop.tenant)
    assert made is not None
    for _ in range(2):
        remember_invoice(shop.ports, installation, asset.order_id, made)
        shop.settle()
    credited = shop.asset(asset.id)
    assert credited.credit_invoice is not None
    assert [str(amount) for amount in shop.host.credited.values()] == ["40.50 USD"]
    assert len([sent for sent in shop.mail if sent.template == "cancelled"]) == 2


def test_a_refund_that_fails_is_a_problem_with_its_amount_and_its_reason(shop: Shop) -> None:
    shop.host.pays_back = FAILED
    asset = shop.cancel(sold(shop))
    (problem,) = incomplete(shop)
    assert state(shop, asset) is FAILED
    assert "the refund of 40.50 USD did not go through (The card is blocked.)" in problem.message
    assert "ask again from here" in problem.next_step


def test_asked_again_from_the_problem_it_goes_through_and_the_buyer_gets_no_second_mail(
    shop: Shop,
) -> None:
    shop.host.pays_back = FAILED
    asset = shop.cancel(sold(shop))
    shop.host.pays_back = PAID
    problems.act(shop.tenant, incomplete(shop)[0].id, STAFF)
    shop.settle()
    assert (state(shop, asset), incomplete(shop)) == (PAID, [])
    assert len([sent for sent in shop.mail if sent.template == "cancelled"]) == 1


def test_money_on_its_way_is_asked_about_until_it_went(shop: Shop) -> None:
    shop.host.pays_back = ASKED
    asset = shop.cancel(sold(shop))
    assert (state(shop, asset), incomplete(shop)) == (ASKED, [])
    look(shop)
    assert state(shop, asset) is ASKED
    shop.host.pays_back = PAID
    look(shop)
    assert state(shop, asset) is PAID


def test_a_refund_that_fails_days_later_becomes_a_problem_and_closes_when_the_money_went(
    shop: Shop,
) -> None:
    shop.host.pays_back = ASKED
    asset = shop.cancel(sold(shop))
    shop.host.pays_back = FAILED
    look(shop, timedelta(days=3))
    assert len(incomplete(shop)) == 1
    shop.host.pays_back = PAID
    look(shop)
    assert (state(shop, asset), incomplete(shop)) == (PAID, [])


def test_what_is_known_is_not_asked_about_again(shop: Shop) -> None:
    shop.cancel(sold(shop))
    assert watch_refunds(shop.tenant) == 0


def test_when_the_platform_says_that_money_went_back_it_is_looked_at_once(shop: Shop) -> None:
    shop.host.pays_back = ASKED
    asset = shop.cancel(sold(shop))
    shop.host.pays_back = PAID
    order = shop.host.orders[asset.order_id]
    shop.fire("order_refunded", order, refunded={"amount": "40.50", "currency": "USD"})
    shop.settle()
    assert state(shop, asset) is PAID


def test_what_cannot_go_back_by_itself_is_a_problem_with_its_amount_until_staff_settled_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = sold(shop)
    total, part = asset.total, type(asset.total).of("20.00", "USD")
    rest = type(total).of("20.50", "USD")
    refund = Refund(
        status=PAID, amount=rest, by_hand=part, reason="20.00 USD was paid by gift card"
    )
    monkeypatch.setattr(shop.host, "refund", lambda _credit: refund)
    shop.cancel(asset)
    (problem,) = incomplete(shop)
    assert "20.00 USD cannot be paid back by itself" in problem.message
    assert "gift card" in problem.message
    problems.dismiss(shop.tenant, problem.id, STAFF)
    assert incomplete(shop) == []
    (mail,) = [sent for sent in shop.mail if sent.template == "cancelled"]
    assert (str(mail.values["refund"]), str(mail.values["by_hand"])) == ("20.50 USD", "20.00 USD")


def test_an_unclear_refund_is_settled_once_everything_went_back(shop: Shop) -> None:
    asset = sold(shop)
    order = shop.host.orders[asset.order_id]
    shop.fire("order_refunded", order, refunded={"amount": "5.00", "currency": "USD"})
    assert [each.kind for each in shop.problems()] == [ProblemKind.REFUND_UNCLEAR]
    shop.fire("order_fully_refunded", order)
    shop.settle()
    assert shop.problems() == []


def test_an_asset_that_cannot_be_read_keeps_no_other_refund_from_being_followed(
    shop: Shop,
) -> None:
    assets = [sold(shop), sold(shop)]
    shop.host.pays_back = ASKED
    for asset in assets:
        shop.cancel(asset)
    bad, good = sorted(assets, key=lambda asset: asset.id)
    asset_unreadable(shop.tenant, bad.id)
    assert state(shop, good) is ASKED
    shop.host.pays_back = PAID
    look(shop)
    assert state(shop, good) is PAID

    asset_mended(shop.tenant, bad.id)
    look(shop)
    assert state(shop, bad) is PAID
