"""The mutation fields, by subject; ``BitTitanMutation`` is what a host merges with its own.

They stay at the top level: only there does GraphQL run them one after the other.
"""

import strawberry

from bittitan_graphql.mutations.accounts import AccountMutations
from bittitan_graphql.mutations.assets import AssetMutations
from bittitan_graphql.mutations.catalogue import ProductMutations, ServicesDefinitionMutations
from bittitan_graphql.mutations.coupons import CouponMutations
from bittitan_graphql.mutations.problems import ProblemMutations
from bittitan_graphql.mutations.requests import CancellationRequestMutations
from bittitan_graphql.mutations.revocations import RevocationMutations
from bittitan_graphql.mutations.runs import RunMutations

__all__ = ["BitTitanMutation"]


@strawberry.type
class BitTitanMutation(
    AccountMutations,
    AssetMutations,
    CancellationRequestMutations,
    CouponMutations,
    ProblemMutations,
    RunMutations,
    ProductMutations,
    RevocationMutations,
    ServicesDefinitionMutations,
):
    """Every mutation field, each prefixed so that it clashes with no field of a host."""
