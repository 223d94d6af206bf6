"""Prices: one per currency, zero or more, whole smallest units; days and publishing beside."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.catalogue import check_prices, check_publishable
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from tests.fakes.values import product
from tests.tables import every


def test_there_is_one_price_per_currency() -> None:
    assert check_prices([("14.00", "USD"), ("0", "EUR")]) == {
        "USD": Money.of("14.00", "USD"),
        "EUR": Money.of("0", "EUR"),
    }


def test_no_price_is_no_error() -> None:
    assert check_prices([]) == {}


@every(
    "amount, currency, code, field",
    [
        ("-0.01", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("abc", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("NaN", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("Infinity", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("0.3333", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("1000.50", "JPY", ErrorCode.INVALID, "prices[1].amount"),
        ("1.00001", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("1e15", "USD", ErrorCode.INVALID, "prices[1].amount"),
        ("14.00", "dollars", ErrorCode.INVALID, "prices[1].currency"),
        ("14.00", "usd", ErrorCode.INVALID, "prices[1].currency"),
        ("14.00", "", ErrorCode.INVALID, "prices[1].currency"),
        ("14.00", "EUR", ErrorCode.UNIQUE, "prices[1].currency"),
    ],
)
def test_a_wrong_price_is_refused_on_its_own_place(
    amount: str, currency: str, code: ErrorCode, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        check_prices([("1.00", "EUR"), (amount, currency)])
    assert (refused.value.code, refused.value.field) == (code, field)


@every(
    "amount, currency, unit",
    [("0.3333", "USD", "0.01"), ("1000.50", "JPY", "1"), ("1.2345", "KWD", "0.001")],
)
def test_a_price_finer_than_its_currency_is_refused_and_told_the_smallest_unit(
    amount: str, currency: str, unit: str
) -> None:
    with pytest.raises(Refusal, match=f"the smallest unit of {currency} is {unit}\\."):
        check_prices([(amount, currency)])


@every("amount, currency", [("1000", "JPY"), ("0.001", "KWD"), ("0.3333", "XBT")])
def test_a_price_of_whole_smallest_units_or_of_units_nobody_lists_is_taken(
    amount: str, currency: str
) -> None:
    assert check_prices([(amount, currency)])[currency].amount == Decimal(amount)


def test_a_product_is_published_with_a_price() -> None:
    check_publishable(product(published=True))
    check_publishable(product(published=False, prices={}))
    with pytest.raises(Refusal) as refused:
        check_publishable(product(published=True, prices={}))
    assert (refused.value.code, refused.value.field) == (ErrorCode.REQUIRED, "prices")
