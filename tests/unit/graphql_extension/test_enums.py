"""The enums clients see are the domain's, value by value."""

import json
import pickle

import pytest
from graphql import GraphQLEnumType, GraphQLSchema

from bittitan_graphql.enums import Direction
from bittitan_graphql.sdl import standalone_schema
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
from tests.tables import every


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return standalone_schema()._schema


@every(
    "shown, meant",
    [
        ("BitTitanProvisioningStatus", ProvisioningStatus),
        ("BitTitanAssetStatus", AssetStatus),
        ("BitTitanCouponStatus", CouponStatus),
        ("BitTitanProductTypeKind", ProductType),
        ("BitTitanAccountStatus", AccountStatus),
        ("BitTitanActorKind", ActorKind),
        ("BitTitanProblemKind", ProblemKind),
        ("BitTitanProblemAction", ProblemAction),
        ("BitTitanErrorCode", ErrorCode),
        ("BitTitanCancellationRequestState", RequestState),
        ("BitTitanSynchronizationOutcome", SynchronizationOutcome),
        ("BitTitanAssetSortField", AssetSort),
        ("BitTitanStockState", StockState),
        ("BitTitanStockImportMode", ImportMode),
        ("BitTitanRevocationState", RevocationState),
        ("BitTitanRevocationCause", RevocationCause),
        ("BitTitanRefundStatus", RefundStatus),
        ("BitTitanRunKind", RunKind),
        ("BitTitanRunState", RunState),
        ("BitTitanDifferenceKind", DifferenceKind),
        ("BitTitanOrderDirection", Direction),
    ],
)
def test_a_graphql_enum_is_the_domains_with_its_descriptions(
    schema: GraphQLSchema, shown: str, meant: type[Described]
) -> None:
    enum = schema.type_map[shown]
    assert isinstance(enum, GraphQLEnumType)
    assert enum.description
    assert {name: (value.value, value.description) for name, value in enum.values.items()} == {
        member.name: (member.value, member.description) for member in meant
    }
    assert all(member.name == member.value and member.description for member in meant)


@every("meant", Described.__subclasses__())
def test_a_described_enum_is_still_found_by_its_value(meant: type[Described]) -> None:
    for member in meant:
        assert meant(member.value) is pickle.loads(pickle.dumps(member)) is member  # noqa: S301
        assert f"{member}" == json.loads(json.dumps(member)) == member.value
