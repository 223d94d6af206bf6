"""What it means that BitTitan does not list a coupon: every caller judges it by these rules.

Documented: a coupon is no longer listed once it is redeemed or expired. Our rule: an account that
never sold the coupon does not list it either, so its absence counts only at the account that had
listed it, and only while that account still proves to be the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bittitan_plugin.domain.answers import is_about_another
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import OPEN_FATES, Coupon, CouponStatus, inferred_status

#: When this many coupons vanish in one look and none of the others is listed, the account is
#: doubted whatever else it knows. The number is our choice.
VANISHED_AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of a coupon."""

    status: CouponStatus
    #: Whether it is concluded from the coupon's absence; otherwise BitTitan reported it.
    inferred: bool = False


def is_elsewhere(asset: Asset, account: str) -> bool:
    """Whether the asset's coupon is known to belong to another account than this one."""
    return asset.coupon_account not in {None, account}


def of_listed(asset: Asset, coupon: Coupon, account: str) -> Fate | None:
    """What an account reports under the id of the asset's coupon; None if it is another coupon.

    An account that did not sell the coupon may use the same id for a coupon of its own.
    """
    of_another_sale = coupon.reference != asset.reference
    if is_about_another(asset, coupon) or (is_elsewhere(asset, account) and of_another_sale):
        return None
    return Fate(status=coupon.status)


def is_news(asset: Asset, said: Fate, since: datetime) -> bool:
    """Whether a list that was read from ``since`` on says more than is known.

    A fate that BitTitan reported is never reopened: the list may be older. A fate that was only
    concluded from the coupon's absence is corrected, if it was concluded before ``since``.
    """
    if asset.coupon_inferred_at is not None:
        return asset.coupon_inferred_at <= since
    return asset.coupon_status in OPEN_FATES and said.status is not asset.coupon_status


def of_absent(asset: Asset, account: str, now: datetime, *, vouched: bool) -> Fate | None:
    """What the absence of the asset's coupon from the list means; None where it means nothing.

    ``account`` is the one that was asked, ``vouched`` says whether it has proved to be the one that
    sold the coupon. A code's expiry is known without either.
    """
    if asset.coupon_expires_at is None or asset.coupon_status not in OPEN_FATES:
        # It was unlisted when its fate was settled too: that fate holds, whatever the day is now.
        return None
    status = inferred_status(asset.coupon_expires_at, now)
    if status is CouponStatus.REDEEMED and not (vouched and asset.coupon_account == account):
        return None
    return Fate(status=status, inferred=True)


def vouches(asset: Asset, account: str, until: datetime) -> bool:
    """Whether the account proves by listing this coupon that it is the one that sold the others.

    It does if it listed the coupon by ``until``: what was sold since, another account lists too.
    """
    since = asset.coupon_listed_since
    return asset.coupon_account == account and since is not None and since <= until


@dataclass(frozen=True, kw_only=True)
class AccountChange:
    """A change of the vendor's account in the settings."""

    at: datetime
    changed_by: str
    #: Whether staff answered that it is the same account; None where they were not asked.
    same_account: bool | None
    #: The number of unused coupons that the question was about.
    unused: int


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one reading of an account's whole list showed of the coupons it should contain."""

    #: How many listed coupons prove that the account is the one that sold them.
    vouching: int
    #: Coupons that are open in our books, were looked up one by one, and were not found.
    vanished: Sequence[Asset] = ()
    #: How many were not listed and could not be looked up.
    unanswered: int = 0
    #: Whether the account was in doubt before.
    doubted: bool = False


def needs_voucher(look: Look) -> bool:
    """Whether something else must prove that this is the account that sold the coupons."""
    return not look.vouching and not look.doubted and 0 < len(look.vanished) < VANISHED_AT_ONCE


def is_doubted(look: Look, *, vouched: bool) -> bool:
    """Whether it is likelier that another account was read than that all these are redeemed.

    ``vouched`` says whether the account knows their buyers, where it was asked. A doubt lasts
    until an earlier coupon is listed again or no coupon is in question, however few are left.
    """
    if look.vouching:
        return False
    if look.doubted:
        return bool(look.vanished or look.unanswered)
    return bool(look.vanished) and not (vouched and len(look.vanished) < VANISHED_AT_ONCE)
