"""Coupons: what BitTitan issues, and what we know of their status."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bittitan_plugin.domain.described import Described

#: A coupon code or credential, encrypted. Only ``Cipher.open`` makes it readable again.
Sealed = NewType("Sealed", str)


class CouponStatus(Described):
    """A coupon's status at the vendor. Documented."""

    AVAILABLE = "AVAILABLE", "It can be redeemed."
    REDEEMED = "REDEEMED", "Its licences were taken; it can no longer be cancelled."
    EXPIRED = "EXPIRED", "It was not redeemed in time."
    CANCELLED = "CANCELLED", "It was revoked."
    UNKNOWN = "UNKNOWN", "There is no coupon yet, or BitTitan has not said."


#: Statuses that can still change; every other one is final.
OPEN_FATES = (CouponStatus.AVAILABLE, CouponStatus.UNKNOWN)


class CouponSource(StrEnum):
    """Where coupons come from: the coupon API, or codes imported from BitTitan's portal."""

    API = "API"
    STOCK = "STOCK"


@dataclass(frozen=True, kw_only=True)
class Coupon:
    """A coupon as the vendor describes it. The code is money: it is never part of a repr."""

    id: str
    #: The asset's reference it was issued under.
    reference: str
    #: The account it was issued to.
    partner_id: str
    sku: str
    code: str = field(repr=False)
    quantity: int
    #: How long the code can be redeemed, and its licences used, in days.
    expire_days: int
    validity_days: int
    status: CouponStatus
    #: When the code stops being redeemable.
    expires_at: datetime


def inferred_status(expires_at: datetime, now: datetime) -> CouponStatus:
    """The status of a coupon that BitTitan no longer lists.

    Documented: a coupon disappears once redeemed or expired, so absence before its
    expiry means redeemed and after it means expired; never "was not created".
    """
    return CouponStatus.REDEEMED if now < expires_at else CouponStatus.EXPIRED


#: Categories of characters that people add to a code, or leave out of it, when they copy it.
_NO_PART_OF_A_CODE = frozenset({"Pd", "Zs", "Cf", "Cc"})
_MINUS_SIGN = "\N{MINUS SIGN}"


def normal_form(code: str) -> str:
    """One form for every spelling of a code: case, dashes and blanks do not count.

    Codes with one normal form are one code. Our rule: asking is better than selling one twice.
    """
    text = unicodedata.normalize("NFKC", code).upper()
    return "".join(
        character
        for character in text
        if unicodedata.category(character) not in _NO_PART_OF_A_CODE and character != _MINUS_SIGN
    )


def masked(code: str) -> str:
    """A code as it may be shown to someone who may not use it: its last four characters."""
    return f"…{code[-4:]}" if len(code) > 8 else "…"
