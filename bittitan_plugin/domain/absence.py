"""What it means that BitTitan does not list a coupon: the one judgement, whoever asks.

Documented: a coupon is no longer listed once it is redeemed or expired. Ours: an account that
never sold it lists it as little, so its absence counts only at the account that had listed it, and
only while that account still shows that it is the one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bittitan_plugin.domain.answers import is_about_another
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import OPEN_FATES, Coupon, CouponStatus, inferred_status

#: So many coupons that vanish in one look, none of the others being listed, are doubted whatever
#: else the account knows. Ours.
VANISHED_AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of a coupon."""

    status: CouponStatus
    #: Whether that is concluded from the coupon's absence; else BitTitan said so.
    inferred: bool = False


def is_elsewhere(asset: Asset, account: str) -> bool:
    """Whether the asset's coupon is known to be of another account than this one."""
    return asset.coupon_account not in {None, account}


def of_listed(asset: Asset, coupon: Coupon, account: str) -> Fate | None:
    """What an account says under the id of the asset's coupon; None where that is about another.

    Another account than the one that sold it may use the same id for a coupon of its own.
    """
    of_another_sale = coupon.reference != asset.reference
    if is_about_another(asset, coupon) or (is_elsewhere(asset, account) and of_another_sale):
        return None
    return Fate(status=coupon.status)


def is_news(asset: Asset, said: Fate, since: datetime) -> bool:
    """Whether what a list says that was read from ``since`` on is more than is known.

    A fate that BitTitan told is never reopened: the list may be older. One that was only concluded
    from its silence is corrected, if it was concluded before.
    """
    if asset.coupon_inferred_at is not None:
        return asset.coupon_inferred_at <= since
    return asset.coupon_status in OPEN_FATES and said.status is not asset.coupon_status


def of_absent(asset: Asset, account: str, now: datetime, *, vouched: bool) -> Fate | None:
    """What BitTitan's silence about the asset's coupon means; None where it means nothing.

    ``account`` is the one that was asked, ``vouched`` says whether it has shown to be the one that
    sold the coupon. That a code's days are over is known without either.
    """
    if asset.coupon_expires_at is None or asset.coupon_status not in OPEN_FATES:
        # Unlisted, as it was when its fate was settled: that holds, whatever the day is now.
        return None
    status = inferred_status(asset.coupon_expires_at, now)
    if status is CouponStatus.REDEEMED and not (vouched and asset.coupon_account == account):
        return None
    return Fate(status=status, inferred=True)


def vouches(asset: Asset, account: str, until: datetime) -> bool:
    """Whether the account shows by listing this coupon that it is the one that sold the others.

    It does where it listed it already by ``until``: what was sold since, another account lists too.
    """
    since = asset.coupon_listed_since
    return asset.coupon_account == account and since is not None and since <= until


@dataclass(frozen=True, kw_only=True)
class AccountChange:
    """A change of the vendor's account in the settings."""

    at: datetime
    changed_by: str
    #: Whether staff said that it is the same account; None where it was not asked.
    same_account: bool | None
    #: Unused coupons that it was asked about.
    unused: int


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one reading of an account's whole list has shown of the coupons it is to have."""

    #: How many are listed by which the account vouches for itself.
    vouching: int
    #: Those that are open by our books, were looked up one by one, and are not there.
    vanished: Sequence[Asset] = ()
    #: How many it did not list and nobody could look up.
    unanswered: int = 0
    #: Whether the account was in doubt before.
    doubted: bool = False


def needs_voucher(look: Look) -> bool:
    """Whether something else has to show that it is the account that sold the coupons."""
    return not look.vouching and not look.doubted and 0 < len(look.vanished) < VANISHED_AT_ONCE


def is_doubted(look: Look, *, vouched: bool) -> bool:
    """Whether a look rather went to an account that is not ours than found all that redeemed.

    ``vouched`` says whether the account knows their buyers, where that was asked. A doubt lasts
    until an earlier coupon is listed again or none is in question any more, however few are left.
    """
    if look.vouching:
        return False
    if look.doubted:
        return bool(look.vanished or look.unanswered)
    return bool(look.vanished) and not (vouched and len(look.vanished) < VANISHED_AT_ONCE)
