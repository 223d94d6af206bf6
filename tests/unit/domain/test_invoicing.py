"""Tax is rounded once per line, half up; lines add up to the sum, and credits to the invoice."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.invoicing import (
    Party,
    Taxation,
    TaxedAmount,
    credit_within,
    total_of,
)
from bittitan_plugin.domain.money import Money, smallest_unit
from tests.tables import every

#: Tax rate, whether it is within the price, price: net, tax, gross.
TAXED = [
    (None, True, "124.00 EUR", ("124.00", "0", "124.00")),
    (None, False, "124.00 EUR", ("124.00", "0", "124.00")),
    ("0", True, "124.00 EUR", ("124.00", "0", "124.00")),
    ("24", True, "124.00 EUR", ("100.00", "24.00", "124.00")),
    ("24", False, "100.00 EUR", ("100.00", "24.00", "124.00")),
    ("7.7", True, "100.00 CHF", ("92.85", "7.15", "100.00")),
    ("7.7", False, "92.85 CHF", ("92.85", "7.15", "100.00")),
    # Half up: 0.125, 0.135 and 0.5 of the smallest unit.
    ("25", False, "0.50 EUR", ("0.50", "0.13", "0.63")),
    ("27", False, "0.50 EUR", ("0.50", "0.14", "0.64")),
    ("10", False, "5 JPY", ("5", "1", "6")),
    ("10", True, "1.815 KWD", ("1.650", "0.165", "1.815")),
    ("100", True, "0.01 EUR", ("0.00", "0.01", "0.01")),
    ("20", True, "0.00 EUR", ("0.00", "0.00", "0.00")),
]


def money(text: str) -> Money:
    return Money.of(*text.split(" "))


def parts(amount: TaxedAmount) -> tuple[Decimal, Decimal, Decimal]:
    return amount.net.amount, amount.tax.amount, amount.gross.amount


@every("rate, included, price, expected", TAXED)
def test_the_tax_of_a_price(
    rate: str | None, included: bool, price: str, expected: tuple[str, str, str]
) -> None:
    taxation = Taxation(rate=None if rate is None else Decimal(rate), included=included)
    assert parts(taxation.of(money(price))) == tuple(map(Decimal, expected))


def test_a_price_in_an_unlisted_currency_is_taxed_to_what_money_keeps() -> None:
    taxed = Taxation(rate=Decimal("7.77"), included=False).of(Money.of("0.1111", "XXX"))
    assert taxed.tax.amount == Decimal("0.0086")


@every(
    "party, lines",
    [
        (Party(name="A"), ()),
        (Party(name="A", city="Athens", country="GR"), ("Athens", "GR")),
        (
            Party(name="A", street="Ermou 1", postal_code="105 63", city="Athens", country="GR"),
            ("Ermou 1", "105 63 Athens", "GR"),
        ),
    ],
)
def test_an_address_shows_the_lines_that_are_known(party: Party, lines: tuple[str, ...]) -> None:
    assert party.address == lines


def test_a_whole_line_is_credited_with_its_own_tax() -> None:
    # Two lines of 0.50 at 25 % are 0.13 each, though 25 % of both together would be 0.25.
    line = Taxation(rate=Decimal(25), included=False).of(Money.of("0.50", "EUR"))
    invoiced = line + line
    assert credit_within(invoiced, invoiced, line.gross, of_line=line) == line


def test_the_last_credit_takes_the_tax_that_is_left() -> None:
    invoiced = Taxation(rate=Decimal(24)).of(Money.of("10.00", "EUR"))
    left = invoiced
    for part in ("3.33", "3.33", "3.34"):
        left = left.less(credit_within(left, invoiced, Money.of(part, "EUR")))
    assert parts(left) == (Decimal(0), Decimal(0), Decimal(0))


@every("amount", ["10.01", "-0.01"])
def test_no_more_can_be_credited_than_is_left(amount: str) -> None:
    invoiced = Taxation(rate=Decimal(24)).of(Money.of("10.00", "EUR"))
    with pytest.raises(ValueError, match="cannot be credited"):
        credit_within(invoiced, invoiced, Money.of(amount, "EUR"))


currencies = st.sampled_from(["EUR", "JPY", "KWD"])
taxations = st.builds(
    Taxation,
    rate=st.one_of(st.none(), st.decimals(min_value=0, max_value=100, places=2)),
    included=st.booleans(),
)


@st.composite
def sales(draw: st.DrawFn) -> tuple[Taxation, list[Money]]:
    """How a sale is taxed, and the prices of its lines."""
    currency = draw(currencies)
    unit = smallest_unit(currency)
    assert unit is not None
    counts = draw(st.lists(st.integers(min_value=0, max_value=10**7), min_size=1, max_size=6))
    return draw(taxations), [Money(count * unit, currency) for count in counts]


@given(sale=sales())
def test_the_lines_of_an_invoice_add_up_to_it_and_each_is_a_whole_number_of_units(
    sale: tuple[Taxation, list[Money]],
) -> None:
    taxation, prices = sale
    lines = [taxation.of(price) for price in prices]
    total = total_of(lines, prices[0].currency)

    for line in lines:
        assert line.tax.check_payable().amount >= 0
        assert line.net.check_payable().amount >= 0
    assert total.gross.amount == sum(line.gross.amount for line in lines)
    assert total.net.amount + total.tax.amount == total.gross.amount
    if taxation.included:  # what the customer was told is what the customer pays
        assert total.gross.amount == sum(price.amount for price in prices)


@given(sale=sales(), data=st.data())
def test_credits_never_come_to_more_than_the_invoice_and_in_the_end_to_the_invoice(
    sale: tuple[Taxation, list[Money]], data: st.DataObject
) -> None:
    taxation, prices = sale
    currency = prices[0].currency
    unit = smallest_unit(currency) or Decimal(1)
    lines = [taxation.of(price) for price in prices]
    invoiced = left = total_of(lines, currency)
    for line in data.draw(st.lists(st.sampled_from([*lines, None]), max_size=6)):
        units = int(left.gross.amount / unit)
        most = units if line is None else min(units, int(line.gross.amount / unit))
        # A whole line more often than chance would credit one.
        count = data.draw(st.one_of(st.just(most), st.integers(min_value=0, max_value=most)))
        credit = credit_within(left, invoiced, Money(count * unit, currency), of_line=line)
        left = left.less(credit)
        for amount in (credit.net, credit.tax, left.net, left.tax):
            assert amount.check_payable().amount >= 0
    last = credit_within(left, invoiced, left.gross)
    assert last == left
