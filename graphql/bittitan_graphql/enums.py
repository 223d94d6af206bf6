"""Shows the domain's enums to clients, with names of our own and the domain's descriptions.

Fields and arguments are annotated with the domain's enum. Strawberry would show one that is not
named here under its own name, which a test of the schema refuses.
"""

import strawberry
from strawberry.types.enum import has_enum_definition

from bittitan_plugin.domain.accounts import AccountStatus
from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.billing import RefundStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.reconciliation import DifferenceKind
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.domain.revocations import RevocationCause, RevocationState
from bittitan_plugin.domain.runs import RunKind, RunState
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.domain.synchronization import SynchronizationOutcome
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.store.queries.assets import AssetSort


class Direction(Described):
    """In which direction to sort."""

    ASC = "ASC", "Smallest first."
    DESC = "DESC", "Greatest first: the exact reverse of ASC."


def _show(name: str, kind: type[Described], description: str) -> None:
    shown: type = strawberry.enum(kind, name=name, description=description)
    if has_enum_definition(shown):
        for member, value in zip(kind, shown.__strawberry_definition__.values, strict=True):
            value.description = member.description


_show(
    "BitTitanProvisioningStatus", ProvisioningStatus, "Whether an asset's coupon code was obtained."
)
_show("BitTitanAssetStatus", AssetStatus, "Where an asset is in its life.")
_show("BitTitanCouponStatus", CouponStatus, "What became of a coupon at BitTitan.")
_show("BitTitanStockState", StockState, "What became of a coupon code in stock.")
_show(
    "BitTitanStockImportMode", ImportMode, "What is to become of the new codes of an imported file."
)
_show("BitTitanRevocationState", RevocationState, "What became of codes that staff were to revoke.")
_show("BitTitanRevocationCause", RevocationCause, "Why codes are to be revoked.")
_show("BitTitanProductTypeKind", ProductType, "The two kinds of BitTitan licence.")
_show("BitTitanAccountStatus", AccountStatus, "Whether BitTitan knows an account.")
_show(
    "BitTitanRefundStatus",
    RefundStatus,
    "How far the money of a cancelled asset has come on its way back.",
)
_show("BitTitanActorKind", ActorKind, "Who caused a change.")
_show(
    "BitTitanCancellationRequestState",
    RequestState,
    "What became of a customer's request to cancel an asset.",
)
_show("BitTitanSynchronizationOutcome", SynchronizationOutcome, "What synchronizing an asset did.")
_show("BitTitanProblemKind", ProblemKind, "What kind of attention a problem needs.")
_show(
    "BitTitanProblemAction", ProblemAction, "The button beside a problem: what acting on it does."
)
_show("BitTitanRunKind", RunKind, "What a long run does.")
_show("BitTitanRunState", RunState, "Whether a long run is at work, and how it ended.")
_show("BitTitanDifferenceKind", DifferenceKind, "What a reconciliation found not to agree.")
_show("BitTitanErrorCode", ErrorCode, "Stable codes of what can go wrong.")
_show("BitTitanAssetSortField", AssetSort, "What assets can be sorted by.")
# Not just OrderDirection, which Saleor has too.
_show("BitTitanOrderDirection", Direction, "In which direction to sort.")
