"""Buying on account: which orders are delivered before they are paid.

The rules are ours. An account buys on account only where staff allowed it; a limit bounds what it
may owe at a time, in one currency. What is beyond it waits until it is paid.
"""

from dataclasses import dataclass

from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money


@dataclass(frozen=True, kw_only=True)
class AccountCredit:
    """What staff decided of an account."""

    #: Whether its orders are delivered before they are paid.
    allowed: bool = False
    #: The most it may owe at a time; None is no limit, in any currency.
    limit: Money | None = None

    def check(self) -> "AccountCredit":
        """This decision, if it can be kept. Raises ``Refusal`` on ``creditLimit``."""
        if self.limit is not None:
            if self.limit.amount < 0:
                raise Refusal(
                    ErrorCode.INVALID,
                    f"A limit cannot be negative ({self.limit}).",
                    field="creditLimit",
                )
            try:
                self.limit.check_payable()
            except Refusal as refusal:
                raise Refusal(refusal.code, refusal.message, field="creditLimit") from None
        return self


class OnAccount(Described):
    """Whether an order is delivered before it is paid, and why not."""

    DELIVERED = "DELIVERED", "The account buys on account: the licences are obtained at once."
    NOT_ALLOWED = (
        "NOT_ALLOWED",
        "The account does not buy on account: the licences are obtained once the order is paid.",
    )
    OTHER_CURRENCY = (
        "OTHER_CURRENCY",
        "The account's limit is in another currency than the order: "
        "the licences are obtained once the order is paid.",
    )
    BEYOND_LIMIT = (
        "BEYOND_LIMIT",
        "With this order the account would owe more than its limit: "
        "the licences are obtained once the order is paid.",
    )


def decide(credit: AccountCredit, *, total: Money, owed: Money) -> OnAccount:
    """Whether an order of ``total`` is delivered before it is paid.

    ``owed`` is what the account owes without this order, in the order's currency: what is executed,
    not cancelled and not paid. What leads exactly to the limit is within it.
    """
    if not credit.allowed:
        return OnAccount.NOT_ALLOWED
    if credit.limit is None:
        return OnAccount.DELIVERED
    if credit.limit.currency != total.currency:
        return OnAccount.OTHER_CURRENCY
    within = (owed + total).amount <= credit.limit.amount
    return OnAccount.DELIVERED if within else OnAccount.BEYOND_LIMIT
