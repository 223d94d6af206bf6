"""What is owed of an order, and what of it is paid back."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.balances import Balance
from tests.tables import every

CENT = Decimal("0.01")


def balance(total: str, taken_back: str, received: str, refunded: str) -> Balance:
    return Balance(
        total=Decimal(total),
        taken_back=Decimal(taken_back),
        received=Decimal(received),
        refunded=Decimal(refunded),
    )


@every(
    "sums, owed, refundable, paid",
    [
        (("28.00", "0", "0", "0"), "28.00", "0", False),
        (("28.00", "0", "28.00", "0"), "0", "0", True),
        # One of two lines was cancelled before anything was received.
        (("28.00", "14.00", "0", "0"), "14.00", "0", False),
        (("28.00", "14.00", "14.00", "0"), "0", "0", True),
        (("28.00", "28.00", "14.00", "0"), "0", "14.00", True),
        (("28.00", "28.00", "14.00", "14.00"), "0", "0", False),
        # One of two lines was cancelled after all was received.
        (("28.00", "14.00", "28.00", "0"), "0", "14.00", True),
        (("28.00", "14.00", "28.00", "14.00"), "0", "0", True),
        # Everything was cancelled and nothing received.
        (("28.00", "28.00", "0", "0"), "0", "0", False),
        (("0", "0", "0", "0"), "0", "0", True),
    ],
)
def test_a_cancellation_pays_back_what_was_received_and_is_due_no_more(
    sums: tuple[str, str, str, str], owed: str, refundable: str, paid: bool
) -> None:
    found = balance(*sums)
    assert (found.owed, found.refundable, found.is_paid) == (
        Decimal(owed),
        Decimal(refundable),
        paid,
    )


amounts = st.integers(0, 10**9).map(lambda cents: cents * CENT)


@given(
    total=amounts, steps=st.lists(st.tuples(st.sampled_from(["pay", "take", "refund"]), amounts))
)
def test_whatever_happens_no_more_goes_back_than_came_in_and_the_rest_is_due(
    total: Decimal, steps: list[tuple[str, Decimal]]
) -> None:
    taken_back = received = refunded = Decimal(0)
    for step, amount in steps:
        now = Balance(total=total, taken_back=taken_back, received=received, refunded=refunded)
        if step == "pay":
            received += now.owed
        elif step == "take":
            taken_back = min(total, taken_back + amount)
        else:
            refunded += min(amount, now.refundable)
    end = Balance(total=total, taken_back=taken_back, received=received, refunded=refunded)
    assert 0 <= refunded <= received <= total
    assert received - refunded - end.refundable == min(end.due, end.left)
