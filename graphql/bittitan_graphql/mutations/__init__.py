"""The mutation fields, one module each; ``BitTitanMutation`` is what a host merges with its own.

They stay at the top level: only there does GraphQL run them one after the other.
"""

import strawberry

from bittitan_graphql.mutations.asset_cancel import AssetCancelMutation
from bittitan_graphql.mutations.asset_synchronize import AssetSynchronizeMutation
from bittitan_graphql.mutations.asset_update import AssetUpdateMutation
from bittitan_graphql.mutations.coupon_email_resend import CouponEmailResendMutation

__all__ = ["BitTitanMutation"]


@strawberry.type
class BitTitanMutation(
    AssetCancelMutation,
    AssetSynchronizeMutation,
    AssetUpdateMutation,
    CouponEmailResendMutation,
):
    """Every mutation field, each prefixed so that it clashes with no field of a host."""
