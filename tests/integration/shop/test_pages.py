"""Lists: keyset pages that neither skip nor repeat, at a constant number of statements."""

from typing import Any

from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from tests.integration.shop.shop import Shop
from tests.statements import statements_of
from tests.tables import every

ORDERS = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  orders(first: $first, after: $after, last: $last, before: $before) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node {
      number user { email } lines { productName variant { sku } } invoices { number }
      grantedRefunds { reason }
    } }
  }
}
"""


def fill(shop: Shop, number: int) -> None:
    """Confirmed orders of the customer."""
    lines = [LineInput(variant_id=shop.license_id, quantity=1)]
    for _ in range(number):
        checkout = shop.platform.checkouts.create(shop.customer, lines)
        completion = shop.platform.order_changes._completion
        completion.place(shop.customer, checkout.row.id, version=1, pay=True)


def page(shop: Shop, **arguments: Any) -> Any:
    return shop.ask(ORDERS, shop.customer, **arguments)["orders"]


def numbers(answer: Any) -> list[int]:
    return [int(edge["node"]["number"]) for edge in answer["edges"]]


def test_pages_follow_one_another_without_gap_or_double(shop: Shop) -> None:
    fill(shop, 5)
    first = page(shop, first=2)
    second = page(shop, first=2, after=first["pageInfo"]["endCursor"])
    third = page(shop, first=2, after=second["pageInfo"]["endCursor"])
    assert [numbers(first), numbers(second), numbers(third)] == [[5, 4], [3, 2], [1]]


def test_a_list_is_read_backwards_with_last_and_before(shop: Shop) -> None:
    fill(shop, 5)
    last = page(shop, last=2)
    before = page(shop, last=2, before=last["pageInfo"]["startCursor"])
    assert [numbers(last), numbers(before)] == [[2, 1], [4, 3]]


def test_a_page_knows_whether_there_is_another(shop: Shop) -> None:
    fill(shop, 3)
    first = page(shop, first=2)["pageInfo"]
    rest = page(shop, first=2, after=first["endCursor"])["pageInfo"]
    assert [(info["hasNextPage"], info["hasPreviousPage"]) for info in (first, rest)] == [
        (True, False),
        (False, True),
    ]


def test_an_order_placed_meanwhile_does_not_shift_the_next_page(shop: Shop) -> None:
    fill(shop, 4)
    first = page(shop, first=2)
    fill(shop, 1)
    assert numbers(page(shop, first=2, after=first["pageInfo"]["endCursor"])) == [2, 1]


@every(
    "arguments, field",
    [
        ({}, "first"),
        ({"first": 1, "last": 1}, "first"),
        ({"first": 0}, "first"),
        ({"first": 101}, "first"),
        ({"last": 101}, "last"),
        ({"first": 1, "after": "nonsense"}, "after"),
        ({"first": 1, "after": "WyJhIl0="}, "after"),
        ({"first": 1, "after": "WzFlMzBd"}, "after"),
        ({"first": 1, "after": "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OV0="}, "after"),
    ],
)
def test_a_senseless_page_is_an_error_on_its_argument(
    shop: Shop, arguments: dict[str, Any], field: str
) -> None:
    error = shop.answer(ORDERS, shop.customer, **arguments)["errors"][0]
    assert error["extensions"]["field"] == field


def test_a_page_of_a_hundred_orders_costs_as_many_statements_as_one_of_twenty(shop: Shop) -> None:
    fill(shop, 100)
    shop.token(shop.customer)
    counts = []
    for size in (20, 100):
        with statements_of(shop.engine) as statements:
            assert len(page(shop, first=size)["edges"]) == size
        counts.append(len([s for s in statements if s != "BEGIN"]))
    assert counts == [8, 8]


def test_the_total_is_counted_only_when_asked_for(shop: Shop) -> None:
    shop.token(shop.customer)
    with statements_of(shop.engine) as statements:
        shop.ask("{ orders(first: 1) { edges { cursor } } }", shop.customer)
    assert not [s for s in statements if "count(" in s]


def test_the_total_counts_the_whole_list(shop: Shop) -> None:
    fill(shop, 3)
    data = shop.ask("{ orders(first: 1) { totalCount } }", shop.customer)
    assert data["orders"]["totalCount"] == 3


def test_customers_are_listed_for_staff_by_address(shop: Shop) -> None:
    data = shop.ask("{ customers(first: 9) { edges { node { id email } } } }", shop.staff)
    assert [edge["node"]["email"] for edge in data["customers"]["edges"]] == [
        "buyer@example.com",
        "stranger@example.com",
    ]


def test_a_customer_may_not_list_customers(shop: Shop) -> None:
    error = shop.answer("{ customers(first: 9) { totalCount } }", shop.customer)["errors"][0]
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_customer_cannot_reach_anothers_orders_through_an_order(shop: Shop) -> None:
    data = shop.ask("{ me { id } }", shop.stranger)
    assert data["me"]["id"] == global_id(Kind.USER, shop.stranger.id)
