"""Money: an exact decimal amount with its currency. Never a float."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from iso4217 import Currency

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import quoted

#: Digits kept after the decimal point; enough for unit prices in every ISO 4217 currency.
SCALE = 4
#: The largest amount, in whole currency units. Our choice: it keeps sums inside 64 bits at SCALE.
LARGEST_AMOUNT = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Money:
    """``amount`` in currency units (14.50 is fourteen and a half), ``currency`` per ISO 4217."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount of money is a Decimal, not {type(self.amount).__name__}")
        letters = self.currency.isascii() and self.currency.isalpha() and self.currency.isupper()
        if not (letters and len(self.currency) == 3):
            raise Refusal(
                ErrorCode.INVALID,
                f"{quoted(self.currency)} is not a currency: "
                "give three capital letters such as USD.",
                field="currency",
            )
        if not self.amount.is_finite() or abs(self.amount) >= LARGEST_AMOUNT:
            raise Refusal(
                ErrorCode.INVALID,
                f"{quoted(self.amount)} is not an amount of money.",
                field="amount",
            )
        if self.amount != round(self.amount, SCALE):
            raise Refusal(
                ErrorCode.INVALID,
                f"{quoted(self.amount)} has more than {SCALE} decimal places.",
                field="amount",
            )

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> "Money":
        """Read an amount written as text. Raises ``Refusal`` when it is not a number."""
        if isinstance(amount, float):
            raise TypeError("an amount of money is never a float: it has already lost cents")
        try:
            return cls(Decimal(amount), currency)
        except InvalidOperation:
            raise Refusal(
                ErrorCode.INVALID,
                f"{quoted(amount)} is not an amount of money: write it with a point, as 13.50.",
                field="amount",
            ) from None

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def times(self, quantity: int) -> "Money":
        """The price of ``quantity`` pieces; exact, never rounded."""
        return Money(self.amount * quantity, self.currency)

    def check_payable(self) -> "Money":
        """This amount, if it can be paid: a whole number of the currency's smallest units.

        Raises ``Refusal`` on ``amount``. The units are those of ISO 4217; a currency that is not
        listed there passes.
        """
        unit = smallest_unit(self.currency)
        if unit is not None and self.amount % unit:
            raise Refusal(
                ErrorCode.INVALID,
                f"{self.amount.normalize():f} {self.currency} cannot be paid: "
                f"the smallest unit of {self.currency} is {unit}.",
                field="amount",
            )
        return self

    def rounded(self) -> "Money":
        """The nearest amount that can be paid, halves away from zero."""
        unit = smallest_unit(self.currency)
        if unit is None:
            return self
        return Money(self.amount.quantize(unit, ROUND_HALF_UP), self.currency)

    @property
    def is_zero(self) -> bool:
        """Whether nothing is owed."""
        return self.amount == 0

    def __str__(self) -> str:
        whole_cents = self.amount == round(self.amount, 2)
        shown = f"{self.amount:,.2f}" if whole_cents else f"{self.amount.normalize():,f}"
        return f"{shown} {self.currency}"


def smallest_unit(currency: str) -> Decimal | None:
    """The smallest amount of a currency: 0.01 of USD, 1 of JPY. None if ISO 4217 lacks it."""
    try:
        digits = Currency(currency).exponent
    except ValueError:
        return None
    return None if digits is None else Decimal(1).scaleb(-digits)
