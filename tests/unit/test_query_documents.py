"""What a GraphQL document may look like before anybody parses or validates it."""

import asyncio
from typing import Any

import pytest
import strawberry
from graphql import parse

from bittitan_graphql import query_documents
from bittitan_graphql.core_schema import QUESTION
from bittitan_graphql.query_documents import LONGEST_DOCUMENT, MOST_PAIRS, is_kept, pairs_of
from bittitan_graphql.query_limits import guards
from tests.tables import every


@strawberry.input
class Where:
    search: str | None = None


@strawberry.type
class Thing:
    id: str = "one"


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, where: Where | None = None) -> Thing:
        return Thing(id=str(where))


SCHEMA = strawberry.Schema(query=Query, extensions=guards(introspection=False))


def errors(document: str) -> list[tuple[str | None, str]]:
    result = asyncio.run(SCHEMA.execute(document))
    return [
        ((error.extensions or {}).get("exception", {}).get("code"), error.message)
        for error in result.errors or ()
    ]


def padded(length: int) -> str:
    head, tail = '{ thing(where: {search: "', '"}) { id } }'
    return head + "x" * (length - len(head) - len(tail)) + tail


def test_the_longest_document_is_answered() -> None:
    assert errors(padded(LONGEST_DOCUMENT)) == []


def test_a_longer_one_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_given: Any, **_options: Any) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("strawberry.schema.schema.parse", parsed)
    ((code, message),) = errors(padded(LONGEST_DOCUMENT + 1))
    assert (code, str(LONGEST_DOCUMENT) in message) == ("QueryLengthError", True)


@every(
    "document",
    [
        "{" + "thing { id } " * 210 + "}",
        "{ thing {" + "id " * 210 + "} }",
        "{" + "... on Query { thing { id } } " * 210 + "}",
        "{ ...F }" + "".join(f"fragment F{n} on Query {{ thing {{ id }} }} " for n in range(210)),
        "{" + "same: thing { id } " * 210 + "}",
    ],
)
def test_fields_of_one_name_are_counted_before_they_are_compared(document: str) -> None:
    assert [code for code, _ in errors(document)] == ["QueryRepetitionError"]


def test_a_document_that_asks_everywhere_for_the_same_is_answered() -> None:
    document = "{" + " ".join(f"a{n}: thing {{ __typename id }}" for n in range(50)) + "}"
    assert pairs_of(parse(document)) < MOST_PAIRS
    assert errors(document) == []


def test_few_mistakes_of_one_document_are_told() -> None:
    """Each repeats the value it is about, and prints it anew."""
    fields = ",".join(f"unknown{number}: 1" for number in range(500))
    assert len(errors(f"{{ thing(where: {{ {fields} }}) {{ id }} }}")) <= 11


def test_only_short_documents_are_kept() -> None:
    query_documents._kept_validation.cache_clear()
    kept = query_documents._kept_validation.cache_info
    errors(padded(LONGEST_DOCUMENT))
    assert (is_kept(padded(LONGEST_DOCUMENT)), kept().currsize) == (False, 0)
    errors("{ thing { id } }")
    assert kept().currsize == 1


def test_a_schema_is_asked_once_what_lies_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = strawberry.Schema(query=Query, extensions=guards(introspection=False))
    asked: list[str | None] = []
    ask = fresh.execute_sync

    def noting(query: str | None) -> Any:
        asked.append(query)
        return ask(query)

    monkeypatch.setattr(fresh, "execute_sync", noting)
    for _ in range(2):
        answer = asyncio.run(fresh.execute("{ thing { id } }"))
        assert (answer.data, answer.errors) == ({"thing": {"id": "None"}}, None)
    assert asked == [QUESTION]


def test_who_asks_the_same_question_is_answered() -> None:
    fresh = strawberry.Schema(query=Query, extensions=guards(introspection=False))
    assert asyncio.run(fresh.execute(QUESTION)).data == {"__typename": "Query"}
