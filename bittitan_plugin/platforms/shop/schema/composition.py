"""The schema: the host's own types, each with what plugins add to it.

Plugins hand in mixins for ``Order``, ``User`` and ``ProductVariant``. For each such type a subclass
with those mixins is made when the schema is built; the schema shows the subclass's fields, and
resolvers instantiate it through ``composed``. The host's own classes stay as they are, so two
schemas with different plugins can live in one process.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import strawberry
import strawberry.tools
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from bittitan_hooks.specs import GraphQLExtension
from bittitan_plugin.platforms.shop.schema.context import ShopInfo

HostType = TypeVar("HostType")


class DuplicateField(Exception):
    """A plugin's GraphQL field has the name of another's or of the host's."""


class ShopSchema(strawberry.Schema):
    """A Strawberry schema that knows which plugins are merged into it."""

    def __init__(
        self,
        *,
        composed: Mapping[type, type],
        plugin_extensions: Sequence[GraphQLExtension],
        **options: Any,
    ) -> None:
        # Before the base class, which asks for fields while it is being constructed.
        self.composed = dict(composed)
        self.plugin_extensions = tuple(plugin_extensions)
        super().__init__(**options)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """The fields of a type, with the plugins' where it has been composed."""
        chosen = self.composed.get(type_definition.origin)
        return (
            get_object_definition(chosen, strict=True).fields if chosen else type_definition.fields
        )

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Nothing: the web side logs what was not meant, and only that."""


def composed(info: ShopInfo, host_type: type[HostType]) -> type[HostType]:
    """The class to instantiate for a host type in this request's schema."""
    schema = cast(ShopSchema, info.schema)
    return schema.composed.get(host_type, host_type)


def compose(host_type: type, mixins: Sequence[type]) -> type:
    """A subclass of the host's type with the plugins' mixins. Raises ``DuplicateField``."""
    _check_fields(host_type.__name__, [host_type, *mixins])
    return strawberry.type(type(host_type.__name__, (host_type, *mixins), {}))


def merge(name: str, parts: Sequence[type]) -> type:
    """One root type out of several. Raises ``DuplicateField``."""
    _check_fields(name, parts)
    return strawberry.tools.merge_types(name, tuple(parts))


def _check_fields(name: str, parts: Sequence[type]) -> None:
    # Strawberry only warns and lets the first win, which would hide a plugin's field silently.
    counts = Counter(
        field.name
        for part in parts
        for field in get_object_definition(part, strict=True).fields
        if field.base_resolver is not None or part is parts[0]
    )
    clashes = sorted(field for field, count in counts.items() if count > 1)
    if clashes:
        raise DuplicateField(f"{name} would have these fields twice: {', '.join(clashes)}")
