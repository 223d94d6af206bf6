"""The judge notices each way in which a promise can be broken; a clean slate stays clean."""

from collections.abc import Callable

import pytest

from bittitan_plugin.store.tables import AssetRow
from tests.chaos.ledger_audit import Books, Line
from tests.chaos.shop import Fate, Sale
from tests.chaos.verdict import Verdict, judge


def coupon(number: int = 1, status: str = "AVAILABLE") -> dict[str, str]:
    return {"id": f"cpn_{number}", "status": status}


def asset(status: str = "ACTIVE", coupon_id: str = "cpn_1") -> AssetRow:
    return AssetRow(status=status, coupon_id=coupon_id)


def sold() -> Line:
    """What a sold line leaves behind."""
    return Line(
        "order",
        fully_paid=True,
        assets=[asset()],
        coupons=[coupon()],
        invoices=1,
        deliveries=1,
        welcomes=1,
    )


def taken_back(fate: Fate) -> Line:
    """What a line leaves behind that was taken back."""
    line = sold()
    line.assets, line.coupons = [asset("CANCELLED")], [coupon(status="CANCELLED")]
    line.credits, line.refunds = 1, int(fate is not Fate.ORDER_CANCELLED)
    line.farewells = int(fate is Fate.CANCELLED)
    return line


def judged(line: Line, fate: Fate = Fate.SOLD) -> Verdict:
    return judge(Books({"order": line}, [], [], [], False), [Sale("order", fate)])


def found(verdict: Verdict) -> set[str]:
    """Of which kinds its findings are."""
    return {name for name, sentences in vars(verdict).items() if sentences}


def test_a_sale_with_everything_once_is_clean() -> None:
    assert judged(sold()).is_clean


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.SOLD])
def test_a_sale_taken_back_with_everything_once_is_clean(fate: Fate) -> None:
    assert judged(taken_back(fate), fate).sentences() == []


@pytest.mark.parametrize("what", ["assets", "coupons", "invoices", "deliveries", "welcomes"])
def test_what_a_buyer_has_not_got_is_lost(what: str) -> None:
    line = sold()
    setattr(line, what, type(getattr(line, what))())
    assert "lost" in found(judged(line))


def test_an_order_that_nobody_knows_is_lost() -> None:
    assert found(judge(Books({}, [], [], [], False), [Sale("order")])) == {"lost"}


@pytest.mark.parametrize("what", ["invoices", "deliveries", "welcomes", "farewells"])
def test_what_a_buyer_has_got_twice_is_noticed(what: str) -> None:
    line = sold()
    setattr(line, what, 2)
    assert found(judged(line)) == {"issued_twice"}


def test_a_second_asset_is_noticed() -> None:
    line = sold()
    line.assets.append(asset())
    assert found(judged(line)) == {"issued_twice"}


def test_a_second_coupon_that_can_be_redeemed_is_noticed() -> None:
    line = sold()
    line.coupons.append(coupon(2))
    assert found(judged(line)) == {"issued_twice"}


def test_a_second_coupon_that_was_revoked_does_no_harm() -> None:
    line = sold()
    line.coupons.append(coupon(2, "CANCELLED"))
    assert judged(line).is_clean


def test_a_buyer_with_a_dead_code_beside_a_living_one_is_noticed() -> None:
    line = sold()
    line.coupons = [coupon(1, "CANCELLED"), coupon(2)]
    assert found(judged(line)) == {"lost"}


@pytest.mark.parametrize("what", ["credits", "refunds"])
def test_money_given_back_twice_is_noticed(what: str) -> None:
    line = taken_back(Fate.CANCELLED)
    setattr(line, what, 2)
    assert found(judged(line, Fate.CANCELLED)) == {"credited_twice"}


@pytest.mark.parametrize("what", ["credits", "refunds"])
def test_money_given_back_for_a_sale_that_stands_is_noticed(what: str) -> None:
    line = sold()
    setattr(line, what, 1)
    assert found(judged(line)) == {"credited_twice"}


@pytest.mark.parametrize("what", ["credits", "refunds", "farewells"])
def test_what_a_cancellation_did_not_give_is_lost(what: str) -> None:
    line = taken_back(Fate.CANCELLED)
    setattr(line, what, 0)
    assert found(judged(line, Fate.CANCELLED)) == {"lost"}


@pytest.mark.parametrize("fate", [Fate.CANCELLED, Fate.REFUNDED, Fate.ORDER_CANCELLED])
def test_a_code_that_outlives_its_sale_is_unexplained(fate: Fate) -> None:
    line = taken_back(fate)
    line.coupons = [coupon()]
    assert found(judged(line, fate)) == {"unexplained"}


@pytest.mark.parametrize("status", ["ACTIVE", "CANCELLING"])
def test_a_cancellation_that_got_stuck_is_lost(status: str) -> None:
    line = taken_back(Fate.CANCELLED)
    line.assets = [asset(status)]
    assert found(judged(line, Fate.CANCELLED)) == {"lost"}


def test_a_problem_left_open_is_unexplained() -> None:
    line = sold()
    line.problems.append("FOLLOW_UP_FAILED: …")
    assert found(judged(line)) == {"unexplained"}


@pytest.mark.parametrize(
    "books",
    [
        lambda line: Books({"order": line}, ["cpn_9"], [], [], False),
        lambda line: Books({"order": line}, [], ["provision:1"], [], False),
        lambda line: Books({"order": line}, [], [], ["provision:1"], False),
    ],
    ids=["a stray coupon", "a workflow that never ends", "a workflow that broke"],
)
def test_what_belongs_to_no_sale_is_unexplained(books: Callable[[Line], Books]) -> None:
    assert found(judge(books(sold()), [Sale("order")])) == {"unexplained"}
