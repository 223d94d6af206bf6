"""The coupon API's client: coupons obtained over HTTP, by the wire contract that is ours.

The contract is ``docs/reference/coupon-api.openapi.json``. httpx is used in this package and in no
other part of ``bittitan/``.
"""

from bittitan_plugin.bittitan.coupon_api.client import CouponApi
from bittitan_plugin.bittitan.coupon_api.vendors import CouponApiVendors

__all__ = ["CouponApi", "CouponApiVendors"]
