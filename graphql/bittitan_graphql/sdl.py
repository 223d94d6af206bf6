"""The extension as a schema of its own, to print, commit and compare it."""

import sys

import strawberry

from bittitan_graphql.mixins import OrderAssets, UserAssets, VariantProduct
from bittitan_graphql.mutations import BitTitanMutation
from bittitan_graphql.queries import BitTitanQuery


@strawberry.type(description="The host's order.")
class Order(OrderAssets):
    """Stands in for the host's."""

    id: strawberry.ID = strawberry.field(description="The host's global id.")


@strawberry.type(description="The host's user.")
class User(UserAssets):
    """Stands in for the host's."""

    id: strawberry.ID = strawberry.field(description="The host's global id.")


@strawberry.type(description="The host's product variant.")
class ProductVariant(VariantProduct):
    """Stands in for the host's."""

    id: strawberry.ID = strawberry.field(description="The host's global id.")


@strawberry.type(name="Query")
class _Query(BitTitanQuery):
    """The host's, with nothing of its own."""


@strawberry.type(name="Mutation")
class _Mutation(BitTitanMutation):
    """The host's, with nothing of its own."""


def standalone_schema() -> strawberry.Schema:
    """Everything the extension adds, with bare stand-ins for the host's three types."""
    return strawberry.Schema(query=_Query, mutation=_Mutation, types=[Order, User, ProductVariant])


def print_sdl() -> str:
    """The text that ``bittitan-plugin schema`` prints, and of ``graphql/schema.graphql``."""
    return standalone_schema().as_str().rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(print_sdl())
