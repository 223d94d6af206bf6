"""The client of the coupon API: gets coupons over HTTP by our own wire contract.

The contract is ``docs/reference/coupon-api.openapi.json``. No other part of ``bittitan/`` uses
httpx.
"""

from bittitan_plugin.bittitan.coupon_api.client import CouponApi
from bittitan_plugin.bittitan.coupon_api.vendors import CouponApiVendors

__all__ = ["CouponApi", "CouponApiVendors"]
