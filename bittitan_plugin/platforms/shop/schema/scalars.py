"""Money and pages on the wire, with Saleor's names."""

from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from graphql import GraphQLError

from bittitan_plugin.domain.invoicing import TaxedAmount


def _decimal(value: object) -> Decimal:
    try:
        # Through text: what the client wrote as 14.1 is 14.1 and not its nearest binary fraction.
        return Decimal(str(value))
    except InvalidOperation:
        # The kind of error that clients are told; any other would be our own fault.
        raise GraphQLError(f"{str(value)[:40]!r} is not a number.") from None


PositiveDecimal = NewType("PositiveDecimal", Decimal)
POSITIVE_DECIMAL = strawberry.scalar(
    name="PositiveDecimal",
    description="An amount of money, as a number or as text.",
    serialize=float,
    parse_value=_decimal,
)


@strawberry.type
class Money:
    """An amount in currency units. Exact inside; a float only here, as Saleor's clients expect."""

    amount: float
    currency: str


@strawberry.type
class TaxedMoney:
    """An amount with and without its tax; the same where the seller charges none."""

    gross: Money
    net: Money
    tax: Money
    currency: str


@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def money_of(amount: Decimal, currency: str) -> Money:
    """Money for the wire."""
    return Money(amount=float(amount), currency=currency)


def taxed(amount: TaxedAmount) -> TaxedMoney:
    """An amount with its tax for the wire."""
    currency = amount.net.currency
    return TaxedMoney(
        gross=money_of(amount.gross.amount, currency),
        net=money_of(amount.net.amount, currency),
        tax=money_of(amount.tax.amount, currency),
        currency=currency,
    )
