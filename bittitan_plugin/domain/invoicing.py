"""What stands on an invoice: who sells, who buys, and the tax within each amount.

Our rules: tax is rounded once per line, half up, to the smallest unit of the currency; every sum
is the sum of its lines. How a sale is taxed is settled when it is made, and an invoice keeps what
was true when it was issued.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bittitan_plugin.domain.money import SCALE, Money, smallest_unit

_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Party:
    """A seller or a buyer, as an invoice names them. Everything but the name may be empty."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    #: An ISO 3166-1 code of two letters.
    country: str = ""
    #: The number under which it pays tax.
    tax_number: str = ""

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of the address that are known, below the name."""
        lines = (self.street, f"{self.postal_code} {self.city}".strip(), self.country)
        return tuple(line for line in lines if line)


@dataclass(frozen=True, kw_only=True)
class TaxedAmount:
    """An amount without tax, the tax, and both together: ``net + tax == gross``."""

    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """What is paid."""
        return self.net + self.tax

    def __add__(self, other: "TaxedAmount") -> "TaxedAmount":
        return TaxedAmount(net=self.net + other.net, tax=self.tax + other.tax)

    def less(self, other: "TaxedAmount") -> "TaxedAmount":
        """What is left when ``other`` has been taken away."""
        return TaxedAmount(net=_less(self.net, other.net), tax=_less(self.tax, other.tax))


@dataclass(frozen=True, kw_only=True)
class Taxation:
    """How one sale is taxed."""

    #: Per cent, with up to two decimals; None where the seller charges no tax.
    rate: Decimal | None = None
    #: Whether prices are gross: the tax is within them. Otherwise it is added to them.
    included: bool = True

    def of(self, price: Money) -> TaxedAmount:
        """The price of a whole line with its tax, rounded once, half up."""
        rate = self.rate or Decimal(0)
        if self.included:
            tax = _rounded(price.amount * rate / (_HUNDRED + rate), price.currency)
            return TaxedAmount(net=_less(price, tax), tax=tax)
        return TaxedAmount(net=price, tax=_rounded(price.amount * rate / _HUNDRED, price.currency))


def total_of(amounts: Iterable[TaxedAmount], currency: str) -> TaxedAmount:
    """The sum, to which every line adds what it shows."""
    nothing = Money.of(0, currency)
    return sum(amounts, TaxedAmount(net=nothing, tax=nothing))


def credit_within(
    left: TaxedAmount, invoiced: TaxedAmount, amount: Money, *, of_line: TaxedAmount | None = None
) -> TaxedAmount:
    """``amount`` with its share of the tax, where ``left`` of what was invoiced can be credited.

    A line that is credited whole carries its own tax; a part carries its share of the invoice's,
    rounded half up. The credit that takes what is left takes the tax that is left, so that all
    credits together come to the invoice, in net and in tax, and never to more. Raises
    ``ValueError`` when more is credited than is left.
    """
    if not Decimal(0) <= amount.amount <= left.gross.amount:
        raise ValueError(f"{amount} cannot be credited where {left.gross} is left")
    if of_line is not None and of_line.gross == amount:
        share = of_line.tax.amount
    else:
        whole = invoiced.gross.amount
        share = invoiced.tax.amount * amount.amount / whole if whole else Decimal(0)
        share = _rounded(share, amount.currency).amount
    # Neither more tax than is left, nor so little that the rest would be more tax than amount.
    remaining = left.gross.amount - amount.amount
    least = max(Decimal(0), left.tax.amount - remaining)
    most = min(left.tax.amount, amount.amount)
    tax = Money(min(max(share, least), most), amount.currency)
    return TaxedAmount(net=_less(amount, tax), tax=tax)


def _less(whole: Money, part: Money) -> Money:
    return whole + Money(-part.amount, part.currency)


def _rounded(amount: Decimal, currency: str) -> Money:
    """Half up, to the currency's smallest unit; to what money keeps where none is listed."""
    unit = smallest_unit(currency) or Decimal(1).scaleb(-SCALE)
    return Money(amount.quantize(unit, ROUND_HALF_UP), currency)
