"""The schema as published: committed, described, prefixed, and safe to merge."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
)
from strawberry.tools import merge_types

from bittitan_graphql.queries import BitTitanQuery
from bittitan_graphql.sdl import print_sdl, standalone_schema
from tests.tables import every

COMMITTED = Path(__file__).parents[3] / "graphql" / "schema.graphql"
#: What a host brings itself, and what every relay client knows by this name.
UNPREFIXED = {"Query", "Mutation", "Order", "User", "ProductVariant"}

#: Mutations about no one object: their payload counts what was done.
ABOUT_MANY = {
    "bittitanServicesDefinitionFetch",
    "bittitanCouponStockImport",
    "bittitanCouponImportUndo",
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return standalone_schema()._schema


def own_types(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    kinds = (GraphQLObjectType, GraphQLInputObjectType, GraphQLEnumType)
    for name, type_ in schema.type_map.items():
        if isinstance(type_, kinds) and not name.startswith("__"):
            yield name, type_


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Everything that can carry a description, with the one it has."""
    for name, type_ in own_types(schema):
        if name not in {"Query", "Mutation"}:
            yield name, type_.description
        members = type_.values if isinstance(type_, GraphQLEnumType) else type_.fields
        for member_name, member in members.items():
            yield f"{name}.{member_name}", member.description
            for argument_name, argument in getattr(member, "args", {}).items():
                yield f"{name}.{member_name}({argument_name})", argument.description


def test_the_committed_schema_is_the_one_served() -> None:
    assert COMMITTED.read_text() == print_sdl(), (
        "graphql/schema.graphql is out of date; write it anew with:\n"
        "  PYTHONPATH=.:graphql:hooks python -m bittitan_graphql.sdl > graphql/schema.graphql"
    )


def test_everything_is_described(schema: GraphQLSchema) -> None:
    assert [path for path, description in described(schema) if not description] == []


def test_every_type_is_prefixed(schema: GraphQLSchema) -> None:
    names = {name for name, _ in own_types(schema)} - UNPREFIXED
    assert [name for name in names if not name.startswith("BitTitan")] == []


@every("root", ["Query", "Mutation", "Order", "User", "ProductVariant"])
def test_what_we_add_to_a_hosts_types_is_prefixed_and_nullable(
    schema: GraphQLSchema, root: str
) -> None:
    host_type = schema.type_map[root]
    assert isinstance(host_type, GraphQLObjectType)
    fields = host_type.fields
    ours = {name: field for name, field in fields.items() if name != "id"}
    assert all(name.startswith("bittitan") for name in ours)
    assert not any(isinstance(field.type, GraphQLNonNull) for field in ours.values())


def test_every_payload_has_a_nullable_object_and_non_null_errors(schema: GraphQLSchema) -> None:
    mutation = schema.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        assert isinstance(field.type, GraphQLObjectType)
        if name in ABOUT_MANY:
            continue
        subject = next(iter(field.type.fields.values()))
        assert not isinstance(subject.type, GraphQLNonNull)
        assert str(field.type.fields["errors"].type) == f"[{subject.type}Error!]!"


def test_a_payload_is_named_after_its_mutation(schema: GraphQLSchema) -> None:
    mutation = schema.mutation_type
    assert mutation is not None
    names = {name: str(field.type) for name, field in mutation.fields.items()}
    assert all(type_.lower() == name.lower() for name, type_ in names.items())


def test_a_field_that_clashes_with_the_hosts_is_an_error_under_our_warnings() -> None:
    @strawberry.type
    class HostQuery:
        bittitan_assets: str

    with pytest.raises(UserWarning, match="bittitan_assets"):
        merge_types("Query", (HostQuery, BitTitanQuery))
