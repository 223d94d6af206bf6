"""Builds the schema: the host's own fields and whatever its plugins add."""

from collections.abc import Sequence

from pluggy import PluginManager
from strawberry.schema.config import StrawberryConfig

from bittitan_graphql.query_limits import guards
from bittitan_hooks.specs import GraphQLExtension
from bittitan_plugin.platforms.shop.schema.composition import ShopSchema, compose, merge
from bittitan_plugin.platforms.shop.schema.mutations.accounts import AccountMutation
from bittitan_plugin.platforms.shop.schema.mutations.checkouts import CheckoutMutation
from bittitan_plugin.platforms.shop.schema.mutations.orders import DraftMutation, OrderMutation
from bittitan_plugin.platforms.shop.schema.mutations.plugins import PluginMutation
from bittitan_plugin.platforms.shop.schema.mutations.products import (
    ProductMutation,
    VariantMutation,
)
from bittitan_plugin.platforms.shop.schema.queries import QUERIES
from bittitan_plugin.platforms.shop.schema.scalars import POSITIVE_DECIMAL, PositiveDecimal
from bittitan_plugin.platforms.shop.schema.types.orders import Order, User
from bittitan_plugin.platforms.shop.schema.types.products import ProductVariant

#: Types that plugins may add fields to.
EXTENSIBLE = (Order, User, ProductVariant)
MUTATIONS = (
    AccountMutation,
    ProductMutation,
    VariantMutation,
    CheckoutMutation,
    DraftMutation,
    OrderMutation,
    PluginMutation,
)


def build_schema(plugins: PluginManager, *, introspection: bool = True) -> ShopSchema:
    """The schema with every plugin's classes, switched on or not.

    Raises ``DuplicateField`` when a plugin's field has the name of another, and ``KeyError`` when
    it extends a type that cannot be extended.
    """
    extensions: list[GraphQLExtension] = list(reversed(plugins.hook.graphql_extension()))
    return ShopSchema(
        composed={kind: compose(kind, mixins) for kind, mixins in _mixins(extensions).items()},
        plugin_extensions=extensions,
        query=merge("Query", [*QUERIES, *(each.query for each in extensions)]),
        mutation=merge("Mutation", [*MUTATIONS, *(each.mutation for each in extensions)]),
        types=[kind for each in extensions for kind in each.types],
        extensions=guards(introspection=introspection),
        config=StrawberryConfig(scalar_map={PositiveDecimal: POSITIVE_DECIMAL}),
    )


def _mixins(extensions: Sequence[GraphQLExtension]) -> dict[type, list[type]]:
    kinds = {kind.__name__: kind for kind in EXTENSIBLE}
    found: dict[type, list[type]] = {}
    for extension in extensions:
        for name, mixin in extension.mixins.items():
            found.setdefault(kinds[name], []).append(mixin)
    return found
