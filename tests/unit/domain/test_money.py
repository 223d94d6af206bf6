"""Money is exact, has a currency, and is never a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.catalogue import LARGEST_QUANTITY
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.money import LARGEST_AMOUNT, SCALE, Money
from tests.tables import every

#: The largest quantity of the dearest of them is still an amount of money.
amounts = st.decimals(min_value=-(10**8), max_value=10**8, places=SCALE)


@given(amount=amounts, quantity=st.integers(min_value=1, max_value=10**5))
def test_a_total_is_exactly_as_many_times_the_price(amount: Decimal, quantity: int) -> None:
    total = Money(amount, "USD").times(quantity).amount

    assert int(total * 10**SCALE) == int(amount * 10**SCALE) * quantity


@given(first=amounts, second=amounts)
def test_sums_lose_nothing(first: Decimal, second: Decimal) -> None:
    there_and_back = Money(first, "USD") + Money(second, "USD") + Money(-second, "USD")

    assert there_and_back == Money(first, "USD")


@every("text", ["14", "14.5", "0.0001", "-3.25", "99999999999999.9999"])
def test_amounts_written_as_text_are_kept_to_the_last_digit(text: str) -> None:
    assert Money.of(text, "USD").amount == Decimal(text)


@every(
    "amount, reason",
    [
        ("0.00001", "more than 4 decimal places"),
        ("14,50", "write it with a point, as 13.50"),
        ("", "not an amount of money"),
        ("NaN", "not an amount of money"),
        ("sNaN", "not an amount of money"),
        ("Infinity", "not an amount of money"),
        ("1E+14", "not an amount of money"),
        ("-100000000000000", "not an amount of money"),
    ],
)
def test_what_is_no_amount_is_refused_on_the_amount(amount: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason) as refused:
        Money.of(amount, "USD")
    assert refused.value.field == "amount"


@every("currency", ["", "US", "USDT", "usd", "US1", "U-D", "ÅÄÖ", "$$$"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(Refusal, match="not a currency") as refused:
        Money(Decimal(1), currency)
    assert refused.value.field == "currency"


def test_a_float_is_no_money() -> None:
    with pytest.raises(TypeError, match="Decimal, not float"):
        Money(0.1, "USD")  # type: ignore[arg-type]


def test_a_float_is_not_even_read() -> None:
    with pytest.raises(TypeError, match="never a float"):
        Money.of(0.5, "USD")  # type: ignore[arg-type]


def test_two_currencies_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="cannot add EUR to USD"):
        Money.of(1, "USD") + Money.of(1, "EUR")


def test_a_total_beyond_the_largest_amount_is_refused_instead_of_overflowing() -> None:
    nearly = Money(LARGEST_AMOUNT - 1, "USD")

    with pytest.raises(Refusal, match="not an amount of money"):
        nearly.times(LARGEST_QUANTITY)


@every(
    "amount, spoken",
    [
        ("14", "14.00 USD"),
        ("1234567.5", "1,234,567.50 USD"),
        ("0.0125", "0.0125 USD"),
        ("2000.1250", "2,000.125 USD"),
        ("0", "0.00 USD"),
    ],
)
def test_it_is_shown_with_cents_and_never_rounded(amount: str, spoken: str) -> None:
    assert str(Money.of(amount, "USD")) == spoken


@pytest.mark.parametrize(("amount", "zero"), [("0", True), ("0.0000", True), ("0.0001", False)])
def test_nothing_is_owed_only_when_the_amount_is_exactly_zero(amount: str, zero: bool) -> None:
    assert Money.of(amount, "USD").is_zero is zero
