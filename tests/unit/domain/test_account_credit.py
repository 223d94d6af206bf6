"""Which orders are delivered before they are paid."""

import pytest

from bittitan_plugin.domain.account_credit import AccountCredit, OnAccount, decide
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.money import Money
from tests.tables import every


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


NOBODY = AccountCredit()
ANYBODY = AccountCredit(allowed=True)
UP_TO_100 = AccountCredit(allowed=True, limit=usd("100.00"))


@every(
    "credit, total, owed, decision",
    [
        (NOBODY, "14.00", "0", OnAccount.NOT_ALLOWED),
        (AccountCredit(limit=usd("100.00")), "14.00", "0", OnAccount.NOT_ALLOWED),
        (ANYBODY, "14.00", "0", OnAccount.DELIVERED),
        (ANYBODY, "99999999.00", "99999999.00", OnAccount.DELIVERED),
        (UP_TO_100, "14.00", "0", OnAccount.DELIVERED),
        (UP_TO_100, "100.00", "0", OnAccount.DELIVERED),
        (UP_TO_100, "100.01", "0", OnAccount.BEYOND_LIMIT),
        (UP_TO_100, "60.00", "40.00", OnAccount.DELIVERED),
        (UP_TO_100, "60.01", "40.00", OnAccount.BEYOND_LIMIT),
        (AccountCredit(allowed=True, limit=usd("0")), "0.01", "0", OnAccount.BEYOND_LIMIT),
    ],
)
def test_an_account_is_delivered_on_account_up_to_its_limit(
    credit: AccountCredit, total: str, owed: str, decision: OnAccount
) -> None:
    assert decide(credit, total=usd(total), owed=usd(owed)) is decision


@every("credit, decision", [(UP_TO_100, OnAccount.OTHER_CURRENCY), (ANYBODY, OnAccount.DELIVERED)])
def test_a_limit_holds_in_its_own_currency_alone(
    credit: AccountCredit, decision: OnAccount
) -> None:
    total, owed = Money.of("1.00", "EUR"), Money.of("0", "EUR")
    assert decide(credit, total=total, owed=owed) is decision


@every("limit", ["-0.01", "10.001"])
def test_a_limit_that_nobody_could_owe_is_refused(limit: str) -> None:
    with pytest.raises(Refusal) as refused:
        AccountCredit(allowed=True, limit=usd(limit)).check()
    assert refused.value.field == "creditLimit"


@every("decision", list(OnAccount))
def test_each_decision_says_when_the_licences_come(decision: OnAccount) -> None:
    assert "licences are obtained" in decision.description
