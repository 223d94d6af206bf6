"""The mutation fields, one module each; ``BitTitanMutation`` is what a host merges with its own.

They stay at the top level: only there does GraphQL run them one after the other.
"""

import strawberry

from bittitan_graphql.mutations.account_synchronize import AccountSynchronizeMutation
from bittitan_graphql.mutations.asset_cancel import AssetCancelMutation
from bittitan_graphql.mutations.asset_mark_redeemed import AssetMarkRedeemedMutation
from bittitan_graphql.mutations.asset_synchronize import AssetSynchronizeMutation
from bittitan_graphql.mutations.asset_update import AssetUpdateMutation
from bittitan_graphql.mutations.cancellation_request_accept import CancellationRequestAcceptMutation
from bittitan_graphql.mutations.cancellation_request_create import CancellationRequestCreateMutation
from bittitan_graphql.mutations.cancellation_request_reject import CancellationRequestRejectMutation
from bittitan_graphql.mutations.cancellation_request_withdraw import (
    CancellationRequestWithdrawMutation,
)
from bittitan_graphql.mutations.coupon_email_resend import CouponEmailResendMutation
from bittitan_graphql.mutations.coupon_stock_import import CouponStockImportMutation
from bittitan_graphql.mutations.coupon_withdraw import CouponWithdrawMutations
from bittitan_graphql.mutations.problem_act import ProblemActMutation
from bittitan_graphql.mutations.problem_dismiss import ProblemDismissMutation
from bittitan_graphql.mutations.product_create import ProductCreateMutation
from bittitan_graphql.mutations.product_delete import ProductDeleteMutation
from bittitan_graphql.mutations.product_update import ProductUpdateMutation
from bittitan_graphql.mutations.reconcile import ReconcileMutation
from bittitan_graphql.mutations.revocations import RevocationMutations
from bittitan_graphql.mutations.services_definition_fetch import ServicesDefinitionFetchMutation

__all__ = ["BitTitanMutation"]


@strawberry.type
class BitTitanMutation(
    AccountSynchronizeMutation,
    AssetCancelMutation,
    AssetMarkRedeemedMutation,
    AssetSynchronizeMutation,
    AssetUpdateMutation,
    CancellationRequestCreateMutation,
    CancellationRequestWithdrawMutation,
    CancellationRequestAcceptMutation,
    CancellationRequestRejectMutation,
    CouponEmailResendMutation,
    CouponStockImportMutation,
    CouponWithdrawMutations,
    ProblemActMutation,
    ProblemDismissMutation,
    ReconcileMutation,
    ProductCreateMutation,
    ProductDeleteMutation,
    ProductUpdateMutation,
    RevocationMutations,
    ServicesDefinitionFetchMutation,
):
    """Every mutation field, each prefixed so that it clashes with no field of a host."""
