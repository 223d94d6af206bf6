"""A duty's round goes on past what raises, says which it is, and comes back to it."""

import pytest
from sqlalchemy.exc import OperationalError

from bittitan_plugin.domain.errors import PlatformUnavailable, Rejected
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services import problems
from bittitan_plugin.services.rounds import Item, Round
from tests.world import STAFF, Shop

ITEMS = [Item(id=name, name=f"the letter to {name}", order_id=name) for name in ("a", "b", "c")]


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def go_round(
    shop: Shop, raised: dict[str, Exception], *, items: list[Item] = ITEMS, complete: bool = True
) -> list[str | None]:
    """What came of each item; these raise."""

    def act(item: Item) -> str:
        if (error := raised.get(str(item.id))) is not None:
            raise error
        return f"{item.id} done"

    with Round(shop.tenant, "letters", complete=complete) as round_:
        return [round_.do(item, lambda item=item: act(item)) for item in items]  # type: ignore[misc]


def test_the_others_are_served_and_the_one_is_named(shop: Shop) -> None:
    assert go_round(shop, {"b": KeyError("a secret")}) == ["a done", None, "c done"]
    (problem,) = shop.problems()
    assert (problem.kind, problem.order_id) == (ProblemKind.FOLLOW_UP_FAILED, "b")
    assert problem.message == "Letters: the letter to b is set aside: unexpected KeyError."


def test_what_the_other_side_said_is_passed_on(shop: Shop) -> None:
    go_round(shop, {"b": Rejected("550", "There is no such mailbox.")})
    (problem,) = shop.problems()
    assert problem.message.endswith("There is no such mailbox.")


def test_it_is_said_once_and_closed_when_it_goes_well(shop: Shop) -> None:
    go_round(shop, {"b": KeyError()})
    (said,) = shop.problems()
    go_round(shop, {"b": KeyError()})
    assert shop.problems() == [said]
    go_round(shop, {})
    assert shop.problems() == []


def test_one_that_staff_put_aside_stays_away_until_it_went_well_once(shop: Shop) -> None:
    go_round(shop, {"b": KeyError()})
    problems.dismiss(shop.tenant, shop.problems()[0].id, STAFF)
    assert go_round(shop, {"b": KeyError()}) == ["a done", None, "c done"]
    assert shop.problems() == []
    go_round(shop, {})
    go_round(shop, {"b": KeyError()})
    assert len(shop.problems()) == 1


def test_what_is_no_longer_due_is_no_problem_any_more(shop: Shop) -> None:
    go_round(shop, {"b": KeyError()})
    go_round(shop, {}, items=[])
    assert shop.problems() == []


def test_a_round_that_does_not_come_to_everything_closes_only_what_it_did(shop: Shop) -> None:
    go_round(shop, {"a": KeyError(), "b": KeyError()})
    go_round(shop, {}, items=ITEMS[:1], complete=False)
    assert [problem.order_id for problem in shop.problems()] == ["b"]


@pytest.mark.parametrize(
    "error",
    [PlatformUnavailable("away"), OperationalError("", {}, Exception())],
    ids=["the platform is away", "the database is away"],
)
def test_what_stands_in_the_way_of_all_ends_the_round(shop: Shop, error: Exception) -> None:
    with pytest.raises(type(error)):
        go_round(shop, {"b": error})
    assert shop.problems() == []
