"""What a GraphQL request may ask for, measured before anything is resolved."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, parse, validate
from hypothesis import given
from hypothesis import strategies as st

from bittitan_graphql.query_limits import (
    DEEPEST,
    HIGHEST_COST,
    LONGEST_LIST,
    MOST_ALIASES,
    MOST_MUTATIONS,
    CountedLoader,
    Extent,
    RowBudget,
    extent_of,
    too_much,
)
from tests.tables import every

SCHEMA = build_schema("""
type Query {
  node: Node
  nodes(first: Int, last: Int): Connection!
  entities(representations: [Any!]!): [Thing]!
  version: String!
}
type Mutation { change(id: ID!): Node }
scalar Any
union Thing = Node | Other
type Other { id: ID! }
type Connection { edges: [Edge!]! totalCount: Int }
type Edge { node: Node! cursor: String! }
type Node { id: ID! parent: Node history: [Entry!]! children(first: Int, last: Int): Connection! }
type Entry { at: String! }
""")


def measured(text: str, operation: str | None = None, **variables: Any) -> Extent:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    return extent_of(SCHEMA, document, operation, variables)


def code_of(extent: Extent) -> str | None:
    error = too_much(extent)
    return error.extensions["exception"]["code"] if error and error.extensions else None


@every(
    "text, cost",
    [
        ("{ version }", 0),
        ("{ version __typename }", 0),
        ("{ node { id } }", 1),
        ("{ node { parent { parent { id } } } }", 3),
        # The connection and its node, for each of a page of twenty.
        ("{ nodes(first: 20) { edges { node { id } } } }", 40),
        ("{ nodes(last: 20) { edges { node { id } } } }", 40),
        ("{ nodes(first: 20) { totalCount } }", 20),
        # A list without pages counts for ten.
        ("{ node { history { at } } }", 11),
        ("{ nodes(first: 3) { edges { node { children(first: 5) { totalCount } } } } }", 21),
        ("mutation { change(id: 1) { id } }", 10),
        ("mutation { a: change(id: 1) { id } b: change(id: 2) { parent { id } } }", 21),
        ("{ __schema { types { name } } }", 0),
    ],
)  # fmt: skip
def test_a_request_costs_its_fields_times_the_pages_around_them(text: str, cost: int) -> None:
    assert measured(text).cost == cost


def test_a_page_size_may_be_a_variable() -> None:
    text = "query ($n: Int) { nodes(first: $n) { edges { node { id } } } }"
    assert measured(text, n=50).cost == 100


def test_a_variable_that_is_not_given_counts_with_its_default() -> None:
    text = "query ($n: Int = 30) { nodes(first: $n) { edges { node { id } } } }"
    assert measured(text).cost == 60
    assert measured(text, n=1).cost == 2


@every("page", ["many", None, -5, 0, 2.5, [1]])
def test_a_page_size_that_is_no_number_is_left_to_the_execution_to_refuse(page: object) -> None:
    text = "query ($n: Int) { nodes(first: $n) { edges { node { id } } } }"
    assert measured(text, n=page).cost <= 2


def test_a_list_of_things_asked_for_by_a_list_is_as_long_as_that() -> None:
    text = "query ($r: [Any!]!) { entities(representations: $r) { ... on Node { parent { id } } } }"
    assert measured(text, r=[{}] * 7).cost == 14


def test_the_chosen_one_of_several_operations_is_measured() -> None:
    text = "query A { node { id } } query B { node { parent { id } } }"
    assert (measured(text, "A").cost, measured(text, "B").cost) == (1, 2)


def test_fragments_count_where_they_are_spread() -> None:
    plain = "{ node { parent { id } history { at } } }"
    spread = "{ node { ...F } } fragment F on Node { ... on Node { parent { id } } ...G } " + (
        "fragment G on Node { history { at } }"
    )
    assert measured(spread) == measured(plain)


@pytest.mark.parametrize("depth", [1, 4, 12, 13])
def test_depth_counts_the_levels_of_objects(depth: int) -> None:
    text = "{" + "node {" + "parent {" * (depth - 1) + "id" + "}" * depth + "}"
    assert measured(text).depth == depth
    assert code_of(measured(text)) == ("QueryDepthError" if depth > DEEPEST else None)


def test_a_fragment_does_not_hide_depth() -> None:
    text = "{ node { ...A } } fragment A on Node { parent { ...B } } "
    text += "fragment B on Node { parent { id } }"
    assert measured(text).depth == 3


def test_aliases_are_counted_through_fragments() -> None:
    text = "{ a: version node { ...F b: parent { ...F } } } fragment F on Node { c: id d: id }"
    assert measured(text).aliases == 6


@pytest.mark.parametrize("number", [MOST_MUTATIONS, MOST_MUTATIONS + 1])
def test_a_request_has_few_mutations_as_each_may_hash_a_password_and_send(number: int) -> None:
    half = number // 2
    plain = " ".join(f"a{each}: change(id: 1) {{ id }}" for each in range(number - half))
    spread = " ".join(f"b{each}: change(id: 1) {{ id }}" for each in range(half))
    found = measured(f"mutation {{ {plain} ...Rest }} fragment Rest on Mutation {{ {spread} }}")
    assert found.mutations == number
    assert code_of(found) == ("QueryMutationError" if number > MOST_MUTATIONS else None)


def test_too_many_aliases_are_refused() -> None:
    fields = " ".join(f"a{number}: version" for number in range(MOST_ALIASES + 1))
    assert code_of(measured("{" + fields + "}")) == "QueryAliasError"


def test_too_much_cost_is_refused_with_what_it_would_have_cost() -> None:
    text = "{ nodes(first: 100) { edges { node { children(first: 100) { edges { node { " + (
        "children(first: 5) { edges { node { id } } } } } } } } } }"
    )
    extent = measured(text)
    error = too_much(extent)
    assert error is not None
    assert code_of(extent) == "QueryCostError"
    assert (str(extent.cost) in error.message, str(HIGHEST_COST) in error.message) == (True, True)


def test_what_is_allowed_is_not_refused() -> None:
    assert too_much(Extent(depth=DEEPEST, aliases=MOST_ALIASES, cost=HIGHEST_COST)) is None


def test_fragments_that_spread_each_other_twice_are_measured_at_once() -> None:
    # Walked anew at each spread, this would take 2⁶⁰ steps.
    bomb = "{ ...F0 }" + "".join(
        f" fragment F{number} on Query {{ ...F{number + 1} ...F{number + 1} }}"
        for number in range(60)
    )
    bomb += " fragment F60 on Query { node { id } }"
    assert measured(bomb).cost == 2**60


@given(st.integers(1, 100), st.integers(1, 100))
def test_pages_within_pages_multiply(outer: int, inner: int) -> None:
    text = (
        f"{{ nodes(first: {outer}) {{ edges {{ node {{ children(first: {inner}) "
        "{ edges { node { id } } } } } } }"
    )
    assert measured(text).cost == outer * (1 + 1 + inner * 2)


@every("size", [100, 100.0, "variable"])
def test_a_page_costs_what_the_execution_will_read_of_it(size: object) -> None:
    text = "query ($n: Int) { nodes(first: $n) { edges { node { id } } } }"
    assert measured(text, n=100 if size == "variable" else size).cost == 200


def test_a_list_within_a_variable_is_found_at_its_place() -> None:
    text = "query ($r: [Any!]!) { entities(representations: $r) { ... on Node { id } } }"
    long = measured(text, r=[{"lines": [0] * (LONGEST_LIST + 1)}])
    assert long.longest == (LONGEST_LIST + 1, "entities.representations[].lines")
    assert code_of(long) == "QueryListError"


def test_a_list_written_into_the_document_is_found_too() -> None:
    text = (
        f"{{ entities(representations: [{'1 ' * (LONGEST_LIST + 1)}]) {{ ... on Node {{ id }} }} }}"
    )
    assert code_of(measured(text)) == "QueryListError"


def test_the_longest_list_that_is_allowed_is_not_refused() -> None:
    text = "query ($r: [Any!]!) { entities(representations: $r) { ... on Node { id } } }"
    assert code_of(measured(text, r=[0] * LONGEST_LIST)) is None


def test_what_is_shown_is_counted_each_time_though_it_is_loaded_once() -> None:
    loaded: list[int] = []

    async def load(keys: list[int]) -> list[list[str]]:
        loaded.extend(keys)
        return [["a", "b"] for _ in keys]

    async def shown(times: int) -> None:
        loader = CountedLoader(load, RowBudget(most=6))
        for _ in range(times):
            assert await loader.load(1) == ["a", "b"]

    asyncio.run(shown(3))
    assert loaded == [1]
    with pytest.raises(GraphQLError, match="too many objects"):
        asyncio.run(shown(4))
