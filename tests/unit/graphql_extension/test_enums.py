"""The enums clients see are the domain's, name by name."""

from enum import Enum

from bittitan_graphql import enums
from bittitan_plugin.domain.accounts import AccountStatus
from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import ActorKind
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.domain.revocations import RevocationCause, RevocationState
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.domain.synchronization import SynchronizationOutcome
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.store.queries.assets import AssetSort
from tests.tables import every


@every(
    "shown, meant",
    [
        (enums.BitTitanProvisioningStatus, ProvisioningStatus),
        (enums.BitTitanAssetStatus, AssetStatus),
        (enums.BitTitanCouponStatus, CouponStatus),
        (enums.BitTitanProductTypeKind, ProductType),
        (enums.BitTitanAccountStatus, AccountStatus),
        (enums.BitTitanActorKind, ActorKind),
        (enums.BitTitanProblemKind, ProblemKind),
        (enums.BitTitanErrorCode, ErrorCode),
        (enums.BitTitanCancellationRequestState, RequestState),
        (enums.BitTitanSynchronizationOutcome, SynchronizationOutcome),
        (enums.BitTitanAssetSortField, AssetSort),
        (enums.BitTitanStockState, StockState),
        (enums.BitTitanStockImportMode, ImportMode),
        (enums.BitTitanRevocationState, RevocationState),
        (enums.BitTitanRevocationCause, RevocationCause),
    ],
)
def test_a_graphql_enum_mirrors_the_domains(shown: type[Enum], meant: type[Enum]) -> None:
    assert {m.name: m.value for m in shown} == {m.name: m.value for m in meant}
