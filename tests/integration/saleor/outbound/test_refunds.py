"""Money back: one granted refund per credit, asked of the payment app, and the line returned."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.billing import RefundStatus
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import App, GrantedRefund, Order
from tests.integration.saleor.outbound.selling import (
    bought,
    credit_for,
    line_of,
    put_on_sale,
    usd,
)
from tests.tables import every


@pytest.fixture
def order(host: SaleorGateway, saleor: SaleorServer) -> Order:
    """Three licences at 14.00 USD, paid and delivered."""
    made = bought(saleor, put_on_sale(host))
    host.fulfilled(line_of(made))
    return made


def grant(order: Order, amount: str, *, of_line: bool) -> None:
    """Staff granted a refund by themselves."""
    lines = [(order.lines[0].id, 3)] if of_line else []
    transaction = order.transactions[0].id
    order.grants.append(GrantedRefund("grant", Decimal(amount), "staff", transaction, lines))


def test_the_refund_is_granted_for_the_line_with_its_reason(
    host: SaleorGateway, order: Order
) -> None:
    host.refund(credit_for(order))
    (granted,) = order.grants
    assert (granted.amount, granted.lines) == (Decimal(42), [(order.lines[0].id, 3)])
    assert granted.reason.startswith("Ordered by mistake")


def test_the_payment_app_is_asked_and_pays(host: SaleorGateway, order: Order) -> None:
    host.refund(credit_for(order))
    assert (order.grants[0].status, order.refunded) == ("SUCCESS", Decimal(42))


def test_the_lines_delivery_is_returned(host: SaleorGateway, order: Order) -> None:
    host.refund(credit_for(order))
    assert [each.status for each in order.fulfillments] == ["RETURNED"]


def test_only_that_lines_delivery_is_returned(host: SaleorGateway, saleor: SaleorServer) -> None:
    variant = put_on_sale(host)
    order = saleor.saleor.pay(saleor.saleor.place((variant, 3, {}), (variant, 2, {})))
    for line in (0, 1):
        host.fulfilled(line_of(order, line=line))
    host.refund(credit_for(order, line=1, amount="28.00"))
    states = {(e.status, e.lines[0].line) for e in order.fulfillments}
    assert states == {("FULFILLED", order.lines[0].id), ("RETURNED", order.lines[1].id)}


def test_asking_again_grants_and_pays_nothing_more(host: SaleorGateway, order: Order) -> None:
    host.refund(credit_for(order))
    host.refund(credit_for(order))
    assert (len(order.grants), order.refunded) == (1, Decimal(42))


@pytest.mark.parametrize("operation", ["order_return", "refund_grant", "refund_request"])
def test_a_lost_answer_is_made_up_for_by_asking_again(
    host: SaleorGateway, saleor: SaleorServer, order: Order, operation: str
) -> None:
    saleor.saleor.faults.add("drop", operation, after_work=True)
    with pytest.raises(OutcomeUnknown):
        host.refund(credit_for(order))
    host.refund(credit_for(order))
    assert (len(order.grants), order.refunded) == (1, Decimal(42))
    assert [each.status for each in order.fulfillments] == ["RETURNED"]


def test_while_the_payment_app_takes_its_time_it_is_not_asked_twice(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.pays_back = False
    host.refund(credit_for(order))
    host.refund(credit_for(order))
    assert (order.grants[0].status, len(saleor.saleor.asked("refund_request"))) == ("PENDING", 1)


def test_a_refund_that_failed_is_asked_for_again_under_the_same_grant(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.pays_back = False
    host.refund(credit_for(order))
    saleor.saleor.settle(order, order.grants[0], succeeds=False)
    saleor.saleor.pays_back = True
    host.refund(credit_for(order))
    assert [each.status for each in order.grants] == ["SUCCESS"]


def test_two_credits_of_one_order_are_two_grants(host: SaleorGateway, saleor: SaleorServer) -> None:
    variant = put_on_sale(host)
    order = saleor.saleor.pay(saleor.saleor.place((variant, 3, {}), (variant, 3, {})))
    host.refund(credit_for(order, key="credit-a"))
    host.refund(credit_for(order, key="credit-b", line=1))
    assert order.refunded == Decimal(84)


def test_what_staff_granted_for_the_line_is_not_given_twice(
    host: SaleorGateway, order: Order
) -> None:
    grant(order, "42.00", of_line=True)
    host.refund(credit_for(order))
    assert len(order.grants) == 1


def test_what_staff_granted_in_part_is_completed_and_no_more(
    host: SaleorGateway, order: Order
) -> None:
    grant(order, "30.00", of_line=False)
    host.refund(credit_for(order))
    assert order.grants[1].amount == Decimal(12)


def test_what_was_paid_back_altogether_is_not_given_twice(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.refund(order, Decimal(42))
    host.refund(credit_for(order))
    assert (order.grants, order.refunded) == ([], Decimal(42))


def test_what_was_paid_back_in_part_is_completed(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.refund(order, Decimal(12))
    host.refund(credit_for(order))
    assert (given(order), order.refunded) == ([(Decimal(30), "SUCCESS")], Decimal(42))


def test_a_line_that_was_paid_by_hand_is_not_taken_for_paid_back_with_another(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    order = saleor.saleor.place((variant, 3, {}), (variant, 3, {}))
    saleor.saleor.pay(order, Decimal(42))
    saleor.saleor.pay(order, by_hand=True)
    host.refund(credit_for(order, key="credit-a"))
    asked = host.refund(credit_for(order, key="credit-b", line=1))
    assert (str(asked.by_hand), asked.status) == ("42.00 USD", RefundStatus.NOTHING)


def test_an_order_that_no_payment_app_was_paid_for_is_to_be_paid_back_by_hand(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    saleor.saleor.pay(order, by_hand=True)
    asked = host.refund(credit_for(order))
    assert (str(asked.amount), str(asked.by_hand)) == ("0.00 USD", "42.00 USD")
    assert asked.reason == "42.00 USD was not paid through a payment app"


def test_its_delivery_is_returned_all_the_same(host: SaleorGateway, saleor: SaleorServer) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    saleor.saleor.pay(order, by_hand=True)
    host.fulfilled(line_of(order))
    host.refund(credit_for(order))
    assert [each.status for each in order.fulfillments] == ["RETURNED"]


@pytest.fixture
def in_parts(host: SaleorGateway, saleor: SaleorServer) -> Order:
    """Three licences at 14.00 USD, paid in three payments and delivered."""
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    for amount in (10, 21, 11):
        saleor.saleor.pay(order, Decimal(amount))
    host.fulfilled(line_of(order))
    return order


def given(order: Order) -> list[tuple[Decimal, str]]:
    return [(each.amount, each.status) for each in order.grants]


def test_an_order_paid_in_parts_is_paid_back_by_the_payments_that_cover_it(
    host: SaleorGateway, in_parts: Order
) -> None:
    host.refund(credit_for(in_parts))
    assert given(in_parts) == [(Decimal(n), "SUCCESS") for n in (21, 11, 10)]
    assert [each.charged for each in in_parts.transactions] == [0, 0, 0]


def test_no_more_payments_are_touched_than_it_takes(host: SaleorGateway, in_parts: Order) -> None:
    host.refund(credit_for(in_parts, amount="25.00"))
    assert [each.refunded for each in in_parts.transactions] == [0, 21, 4]


def test_only_the_first_part_names_the_line(host: SaleorGateway, in_parts: Order) -> None:
    host.refund(credit_for(in_parts))
    assert [len(each.lines) for each in in_parts.grants] == [1, 0, 0]


@pytest.mark.parametrize("operation", ["refund_grant", "refund_request"])
@pytest.mark.parametrize("gone_well", [0, 1, 2])
@pytest.mark.parametrize("after_work", [True, False], ids=["answer-lost", "not-done"])
def test_interrupted_between_the_parts_it_goes_on_and_pays_nothing_twice(
    host: SaleorGateway,
    saleor: SaleorServer,
    in_parts: Order,
    operation: str,
    gone_well: int,
    after_work: bool,
) -> None:
    saleor.saleor.faults.add("drop", operation, after_work=after_work, skip=gone_well)
    with pytest.raises(OutcomeUnknown):
        host.refund(credit_for(in_parts))
    host.refund(credit_for(in_parts))
    host.refund(credit_for(in_parts))
    assert given(in_parts) == [(Decimal(n), "SUCCESS") for n in (21, 11, 10)]


def test_parts_under_way_are_not_promised_to_another_line(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    order = saleor.saleor.place((variant, 3, {}), (variant, 3, {}))
    for amount in (50, 34):
        saleor.saleor.pay(order, Decimal(amount))
    saleor.saleor.pays_back = False
    host.refund(credit_for(order, key="credit-a"))
    host.refund(credit_for(order, key="credit-b", line=1))
    by_payment: dict[str, Decimal] = {}
    for each in order.grants:
        by_payment[each.transaction] = by_payment.get(each.transaction, Decimal(0)) + each.amount
    assert sorted(by_payment.values()) == [34, 50]


def test_what_no_payment_covers_is_left_to_staff_and_the_rest_is_paid_back(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    saleor.saleor.pay(order, Decimal(30))
    saleor.saleor.pay(order, by_hand=True)
    for _ in range(2):
        asked = host.refund(credit_for(order))
        assert (str(asked.amount), str(asked.by_hand)) == ("30.00 USD", "12.00 USD")
        assert asked.reason == "12.00 USD is not covered by its payments"
    assert (given(order), order.refunded) == ([(Decimal(30), "SUCCESS")], Decimal(30))


def test_what_was_never_received_is_not_given_back(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    asked = host.refund(credit_for(order))
    assert (asked.status, str(asked.by_hand), order.grants) == (
        RefundStatus.NOTHING,
        "0.00 USD",
        [],
    )


def test_of_an_order_paid_in_part_only_that_part_is_given_back(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    saleor.saleor.pay(order, Decimal(10))
    asked = host.refund(credit_for(order))
    assert (str(asked.amount), str(asked.by_hand), asked.reason) == ("10.00 USD", "0.00 USD", "")


@pytest.mark.parametrize("pays_back", [True, False], ids=["paid", "pending"])
def test_what_a_gift_card_paid_is_left_to_staff_with_its_amount(
    host: SaleorGateway, saleor: SaleorServer, pays_back: bool
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    order.by_gift_card = Decimal(20)
    saleor.saleor.pays_back = pays_back
    saleor.saleor.pay(order)
    for _ in range(2):
        asked = host.refund(credit_for(order))
        assert (str(asked.amount), str(asked.by_hand)) == ("22.00 USD", "20.00 USD")
        assert asked.reason == "20.00 USD was paid by gift card"


def test_lines_share_a_gift_card_and_give_back_together_what_was_paid(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    order = saleor.saleor.place((variant, 3, {}), (variant, 3, {}))
    order.by_gift_card = Decimal(60)
    saleor.saleor.pay(order)
    asked = [host.refund(credit_for(order, key=f"credit-{line}", line=line)) for line in (0, 1)]
    assert [(str(a.amount), str(a.by_hand)) for a in asked] == [
        ("24.00 USD", "18.00 USD"),
        ("0.00 USD", "42.00 USD"),
    ]
    assert order.refunded == Decimal(24)


def test_what_was_paid_too_much_and_went_back_is_no_part_of_the_lines_money(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    saleor.saleor.pay(order)
    saleor.saleor.pay(order, Decimal(42))
    saleor.saleor.refund(order, Decimal(42))
    asked = host.refund(credit_for(order))
    assert (str(asked.amount), order.refunded) == ("42.00 USD", Decimal(84))


@every(
    "total, unit",
    [
        ("10.00", "3.33"),
        ("10.00", "3.34"),
        ("10.00", "3.333333"),
        ("179.25", "17.93"),
        ("65.00", "21.67"),
    ],
)
def test_what_goes_back_is_the_lines_total_whatever_the_unit_price(
    host: SaleorGateway, saleor: SaleorServer, total: str, unit: str
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 3, {}))
    saleor.saleor.reprice(order.lines[0], total, unit=unit)
    saleor.saleor.pay(order)
    read = host.order(order.id)
    assert read is not None
    host.refund(credit_for(order, str(read.lines[0].total.amount)))
    assert order.refunded == Decimal(total)


@pytest.fixture
def refused(host: SaleorGateway, saleor: SaleorServer, order: Order) -> Order:
    """Its refund was asked for, and the payment app said no."""
    saleor.saleor.pays_back = False
    host.refund(credit_for(order))
    saleor.saleor.settle(order, order.grants[0], succeeds=False)
    return order


def test_where_a_refund_stands_is_read_without_asking_again(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.pays_back = False
    stands = [host.refund(credit_for(order)).status]
    stands.append(host.refund_of(credit_for(order)).status)
    saleor.saleor.settle(order, order.grants[0])
    stands.append(host.refund_of(credit_for(order)).status)
    assert stands == [RefundStatus.ASKED, RefundStatus.ASKED, RefundStatus.PAID]
    assert len(saleor.saleor.asked("refund_request")) == 1


def test_a_refund_that_the_payment_app_refused_is_known_with_its_amount(
    host: SaleorGateway, refused: Order
) -> None:
    stands = host.refund_of(credit_for(refused))
    assert (stands.status, str(stands.amount)) == (RefundStatus.FAILED, "42.00 USD")
    assert stands.reason == "the payment app refused 42.00 USD"


def test_another_currency_is_refused(host: SaleorGateway, order: Order) -> None:
    credit = credit_for(order)
    wrong = type(credit)(**{**vars(credit), "amount": type(usd("1")).of("42", "EUR")})
    with pytest.raises(Rejected, match="USD"):
        host.refund(wrong)


def test_without_handle_payments_the_grant_stands_and_staff_learn_what_is_missing(
    host: SaleorGateway, app: App, order: Order
) -> None:
    app.permissions.remove("HANDLE_PAYMENTS")
    with pytest.raises(Rejected, match="HANDLE_PAYMENTS"):
        host.refund(credit_for(order))
    assert [each.status for each in order.grants] == ["NONE"]
