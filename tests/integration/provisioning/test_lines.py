"""Which lines are ours: others are left alone, and ours with an unknown article are refused."""

import pytest

from bittitan_hooks.specs import OutcomeStatus
from bittitan_plugin.domain.orders import OrderLine
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import end_customer, line
from tests.world import SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_a_line_of_another_vendor_is_ignored_and_the_rest_provisioned(shop: Shop) -> None:
    order = shop.host.place(
        line("variant-chair", sku="CHAIR", product_type="furniture"),
        line(),
    )

    outcome = shop.fire("order_fully_paid", order)
    shop.settle()

    assert (outcome.ignored_line_ids, shop.tally()) == ((order.lines[0].id,), SOLD)


def test_an_order_without_licenses_is_ignored(shop: Shop) -> None:
    order = shop.host.place(line("variant-chair", sku="CHAIR", product_type="furniture"))

    assert shop.fire("order_fully_paid", order).status is OutcomeStatus.IGNORED


def test_an_unknown_article_of_our_product_type_is_refused_on_its_field(shop: Shop) -> None:
    order = shop.host.place(line(), line("variant-unknown", sku="MW-OLD"))

    outcome = shop.fire("order_fully_paid", order)
    shop.settle()

    assert [refusal.field for refusal in outcome.refusals] == ["lines[1].sku"]


def test_an_unknown_article_leaves_a_problem_for_staff(shop: Shop) -> None:
    shop.fire("order_fully_paid", shop.host.place(line("variant-unknown", sku="MW-OLD")))

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.ORDER_REFUSED]


def test_the_other_lines_of_a_refused_one_are_provisioned(shop: Shop) -> None:
    shop.fire("order_fully_paid", shop.host.place(line(), line("variant-unknown", sku="MW-OLD")))
    shop.settle()

    assert shop.tally() == SOLD


def test_a_refused_line_is_provisioned_once_its_article_is_known(shop: Shop) -> None:
    order = shop.host.place(line("variant-new"))
    shop.fire("order_fully_paid", order)
    shop.rebind("MW-MAILBOX", "variant-new")

    shop.fire("order_updated", order)
    shop.settle()

    assert shop.tally() == SOLD


def test_the_problem_of_a_refused_line_is_closed_when_it_is_provisioned(shop: Shop) -> None:
    order = shop.host.place(line("variant-new"))
    shop.fire("order_fully_paid", order)
    shop.rebind("MW-MAILBOX", "variant-new")

    shop.fire("order_updated", order)
    shop.settle()

    assert shop.problems() == []


def test_a_line_that_vanished_from_the_order_is_not_provisioned(shop: Shop) -> None:
    order = shop.host.place(line(), line())
    shop.host.change(order, lines=order.lines[:1])

    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD


def test_a_line_of_nothing_is_refused_and_leaves_a_problem(shop: Shop) -> None:
    order = shop.host.place(line())
    shop.host.change(order, lines=(line(id=order.lines[0].id, quantity=0),))

    shop.fire("order_fully_paid", order)
    shop.settle()

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.ORDER_REFUSED]


#: What a buyer typed at a line and nobody can keep, and the field that is named.
TYPED_WRONG = {
    "a name that is too long": (line(friendly_name="x" * 256), "friendly_name"),
    "a name of two lines": (line(friendly_name="two\nlines"), "friendly_name"),
    "no address": (line(end_customer=end_customer(email="nobody")), "end_customer.email"),
    "an address that is too long": (
        line(end_customer=end_customer(email=f"{'x' * 300}@fabrikam.example")),
        "end_customer.email",
    ),
    "an end customer's name that is too long": (
        line(end_customer=end_customer(name="x" * 256)),
        "end_customer.name",
    ),
}


@pytest.mark.parametrize(("bad", "field"), TYPED_WRONG.values(), ids=TYPED_WRONG)
def test_what_a_buyer_typed_wrong_at_a_line_holds_that_line_alone(
    shop: Shop, bad: OrderLine, field: str
) -> None:
    order = shop.host.place(line(), bad)
    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD
    (problem,) = shop.problems()
    assert f"Order {order.number}, line 2 (BitTitan Mailbox License), {field}: " in problem.message
    assert "at the line, under Metadata" in problem.next_step


def test_what_was_copied_along_unseen_is_no_part_of_a_name(shop: Shop) -> None:
    friend = end_customer(name="Fabri\u200bkam")
    asset = shop.buy(line(friendly_name="\ufeffWave\u202e 1", end_customer=friend))
    assert asset.friendly_name == "Wave 1"
    assert asset.end_customer_id is not None
    with shop.tenant.reading() as work:
        assert work.accounts.get(asset.end_customer_id).company == "Fabrikam"


def test_a_name_of_blanks_is_none(shop: Shop) -> None:
    assert shop.buy(line(friendly_name="  ")).friendly_name is None
