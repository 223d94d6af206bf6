"""Checks every text from outside before it reaches the database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bittitan_plugin.domain.addresses import check_address
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_line, quoted

#: The most metadata entries a line may carry.
MOST_METADATA = 20
#: The most lines a basket or order may have. Our choice.
MOST_LINES = 100


@dataclass(frozen=True, kw_only=True)
class LineInput:
    """A variant and a quantity to buy; ids and texts as the client sent them."""

    variant_id: str
    quantity: int
    metadata: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class VariantInput:
    """A variant as staff describe it; prices are (amount, currency)."""

    sku: str
    name: str = ""
    prices: Sequence[tuple[Decimal, str]] = field(default_factory=tuple)


def check_email(value: str, name: str = "email") -> str:
    """The address in lower case. Raises ``Refusal`` on ``name``."""
    return check_address(value, name)


def check_slug(value: str, name: str = "slug") -> str:
    """The slug. Raises ``Refusal`` on ``name``."""
    slug = check_line(value, name)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise Refusal(
            ErrorCode.INVALID,
            f"{quoted(value)} is not a slug: use small letters, digits and single hyphens.",
            field=name,
        )
    return slug


def slug_of(name: str) -> str:
    """A slug made from a name; empty when the name has no usable letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def check_metadata(entries: Sequence[tuple[str, str]], name: str) -> dict[str, str]:
    """Entries as a mapping; an empty value removes its key. Raises ``Refusal`` on ``name``."""
    if len(entries) > MOST_METADATA:
        raise Refusal(
            ErrorCode.INVALID, f"A line carries at most {MOST_METADATA} entries.", field=name
        )
    checked = {
        check_line(key, f"{name}[{index}].key"): check_line(
            value, f"{name}[{index}].value", required=False
        )
        for index, (key, value) in enumerate(entries)
    }
    return {key: value for key, value in checked.items() if value}
