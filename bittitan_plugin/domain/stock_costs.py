"""Purchase costs as stock files write them, where a comma or a dot may separate either part."""

import re
from decimal import Decimal

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.stock_cells import plain

_COST = re.compile(r"(?:([A-Z]{3}) ?)?(-?\d+(?:[.,]\d+)*)(?: ?([A-Z]{3}))?")
#: One separator with three digits behind it: 1.250 is twelve hundred and fifty, or one and a bit.
_EITHER = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_WHOLE = re.compile(r"-?\d+")
#: By the sign that begins the decimals.
_WRITTEN = {
    ".": re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)\.\d+|-?\d{1,3}(?:,\d{3}){2,}"),
    ",": re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+|-?\d{1,3}(?:\.\d{3}){2,}"),
}
_THOUSANDS = {".": ",", ",": "."}


class Decimals:
    """The sign that begins the decimals in a file, as far as unambiguous amounts show it."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def learn(self, text: str) -> bool:
        """Look at one amount. False when it can be read in two ways, and only others can decide."""
        found = _COST.fullmatch(plain(text).upper())
        if found is None or _WHOLE.fullmatch(found[2]):
            return True
        if _EITHER.fullmatch(found[2]):
            return False
        self._seen |= {sign for sign, form in _WRITTEN.items() if form.fullmatch(found[2])}
        return True

    @property
    def sign(self) -> str | None:
        """A dot or a comma; None where the file shows neither, or both."""
        return next(iter(self._seen)) if len(self._seen) == 1 else None


def read_cost(
    text: str, currency: str, decimals: str | None = None
) -> tuple[Decimal | None, str | None]:
    """Amount and currency, each None where it is not given.

    ``decimals`` is the sign that begins them in this file, where known. Raises ``Refusal``; for one
    that can be read in two ways, the message asks which is meant.
    """
    if not text:
        return None, None
    found = _COST.fullmatch(text.upper())
    if not found:
        raise _bad(f"'{text[:20]}' is no purchase cost; write it as 12.50 USD.")
    named = {name for name in (found[1], found[3], currency.upper()) if name}
    if len(named) > 1:
        raise _bad(f"The purchase cost is given in two currencies: {' and '.join(sorted(named))}.")
    number = _number(found[2], decimals)
    amount = Money.of(number, next(iter(named), "XXX")).amount
    if amount < 0:
        raise _bad("A purchase cost cannot be negative.")
    return amount, next(iter(named), None)


def _number(text: str, decimals: str | None) -> str:
    """The number with a dot before its decimals and nothing between its thousands."""
    if _WHOLE.fullmatch(text):
        return text
    if not _EITHER.fullmatch(text):
        decimals = next((sign for sign, form in _WRITTEN.items() if form.fullmatch(text)), None)
        if decimals is None:
            raise _bad(f"'{text[:20]}' is no purchase cost; write it as 12.50 USD.")
    elif decimals is None:
        large = re.sub("[.,]", "", text)
        small = Decimal(large) / 1000
        raise _bad(
            f"Is the purchase cost '{text}' {large} or {small.normalize():f}? "
            f"Write it as {large}.00 or as {small:.4f}."
        )
    return text.replace(_THOUSANDS[decimals], "").replace(decimals, ".")


def _bad(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, message)
