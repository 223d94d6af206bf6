"""The extension as a subgraph beside Saleor's own: a gateway makes one graph of both services.

The only module with federation directives. Saleor's three types are stubs here: their key, and our
fields. Everything else is the same classes a Python host merges. Composition with Saleor is tested
in ``tests/federation``; the names and the version pinned here are what composes.
"""

from functools import cache
from typing import Any, Final

import strawberry
import strawberry.federation
from graphql import GraphQLError
from strawberry.federation.schema import FederationAny
from strawberry.types import get_object_definition
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from bittitan_graphql.access import sees_terms
from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.mixins import OrderAssets, UserAssets, VariantProduct
from bittitan_graphql.mutations import BitTitanMutation
from bittitan_graphql.queries import BitTitanQuery
from bittitan_graphql.query_limits import guards
from bittitan_graphql.types.assets import BitTitanAsset

#: The version of Federation v2 in use; composers under free licences refuse newer ones.
FEDERATION_VERSION: Final = "2.5"
#: The longest id, in characters.
_LONGEST_ID = 255


@strawberry.federation.type(keys=["id"], description="Saleor's order.")
class Order(OrderAssets):
    """A stub: having its id proves nothing about the viewer."""

    id: strawberry.ID = strawberry.field(description="Saleor's global id.")

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> "Order":  # noqa: A002
        """Any id; the fields check what the viewer may see."""
        return cls(id=id)


@strawberry.federation.type(keys=["id"], description="Saleor's user.")
class User(UserAssets):
    """A stub, like ``Order``."""

    id: strawberry.ID = strawberry.field(description="Saleor's global id.")

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> "User":  # noqa: A002
        """Any id; the fields check what the viewer may see."""
        return cls(id=id)


@strawberry.federation.type(keys=["id"], description="Saleor's product variant.")
class ProductVariant(VariantProduct):
    """A stub. Saleor's own key is ``id channel``; we return no variants, so ``id`` is enough."""

    id: strawberry.ID = strawberry.field(description="Saleor's global id.")

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> "ProductVariant":  # noqa: A002
        """Any id; the field shows what everybody may know."""
        return cls(id=id)


@strawberry.type
class _AssetOrder:
    """What only the subgraph's ``BitTitanAsset`` has: a Python host has an ``Order`` of its own."""

    @field(
        "Saleor's order that it was bought by, for the gateway to go on from. Requires "
        "MANAGE_ORDERS or to be the account that bought it, else null."
    )
    async def order(
        self, root: strawberry.Parent[BitTitanAsset], info: strawberry.Info
    ) -> Order | None:
        """Null for an end customer, who may not see its reseller's order."""
        shown = await sees_terms(scope_of(info), root.source)
        return Order(id=strawberry.ID(root.source.order_id)) if shown else None


@strawberry.type(name="Query")
class _Query(BitTitanQuery):
    """Only our fields; the gateway adds Saleor's."""


@strawberry.type(name="Mutation")
class _Mutation(BitTitanMutation):
    """Only our fields; the gateway adds Saleor's."""


class Subgraph(strawberry.federation.Schema):
    """Checks a gateway's input before anything is built from it: it comes from clients."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """The fields of the class; for an asset also its order."""
        fields = super().get_fields(type_definition)
        if type_definition.origin is not BitTitanAsset:
            return fields
        return [*fields, *get_object_definition(_AssetOrder, strict=True).fields]

    def entities_resolver(
        self, info: strawberry.Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        """Saleor's objects by their keys. Raises ``GraphQLError`` for an invalid representation."""
        for place, representation in enumerate(representations):
            _check(place, representation)
        return super().entities_resolver(info, representations)

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Do nothing: the web side logs unexpected errors, and only these."""


@cache
def build_subgraph(*, introspection: bool = True) -> Subgraph:
    """The subgraph's schema. ``_service`` always answers: a gateway cannot start without it.

    Built once in a process: it depends on nothing else, and building it takes a while.
    """
    return Subgraph(
        query=_Query,
        mutation=_Mutation,
        types=[Order, User, ProductVariant],
        federation_version=FEDERATION_VERSION,
        extensions=guards(introspection=introspection),
    )


def _check(place: int, representation: object) -> None:
    if not isinstance(representation, dict):
        raise GraphQLError(f"representations[{place}] must be an object.")
    name, key = representation.get("__typename"), representation.get("id")
    if name not in {"Order", "User", "ProductVariant"}:
        raise GraphQLError(f"representations[{place}]: there is no entity of that type here.")
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_ID:
        raise GraphQLError(f"representations[{place}]: id must be a text.")
