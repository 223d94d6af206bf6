"""Every GraphQL document towards Saleor is valid there, and every one of them is used."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, get_operation_ast, parse, validate

import bittitan_plugin.platforms.saleor
from bittitan_plugin.platforms.saleor.documents import document, names
from tests.fakes.saleor.app import PERMISSIONS, SCHEMA
from tests.tables import every

PACKAGE = Path(bittitan_plugin.platforms.saleor.__file__).parent


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return SCHEMA


@every("name", names())
def test_an_operation_is_valid_by_saleors_schema(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, parse(document(name).text)) == []


@every("name", names())
def test_an_operation_has_the_name_of_its_file(name: str) -> None:
    operation = get_operation_ast(parse(document(name).text))
    assert operation is not None
    assert operation.name is not None
    assert operation.name.value == name


@every("name", names())
def test_what_changes_something_is_known_to_change_something(name: str) -> None:
    operation = get_operation_ast(parse(document(name).text))
    assert operation is not None
    assert document(name).writes == (operation.operation.value == "mutation")


@every("name", [name for name in names() if document(name).writes])
def test_a_mutation_asks_for_its_errors(name: str) -> None:
    assert "errors {" in document(name).text


def test_no_operation_lies_about() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.parent.parent.rglob("*.py"))
    assert [name for name in names() if f'"{name}"' not in code] == []


def test_no_operation_asks_for_a_permission_that_is_too_wide() -> None:
    # Saleor 3.24 refuses apps that ask for it.
    assert "MANAGE_APPS" not in PERMISSIONS.values()


@every("path", sorted(PACKAGE.rglob("*.graphql")))
def test_no_document_asks_for_more_than_it_may_say(path: Path) -> None:
    # Coupon codes never go to Saleor: no document has a place for one.
    assert "coupon" not in path.read_text(encoding="utf-8").lower()
