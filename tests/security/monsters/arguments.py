"""GraphQL's fields asked with arguments that nobody sends who means well, as variables."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)

from tests.security.monsters.sent import DIGITS, LONG, NESTED, UNSEEN

#: For every text, id, date and decimal; for every whole number.
VALUES: dict[str, tuple[str, int]] = {
    "a long text": (LONG, -1),
    "characters nobody sees": (UNSEEN, 0),
    "5,000 digits": (DIGITS, 2**31 - 1),
    "400 digits": ("1e999", 10**400),
    "a nested cursor": (b64encode(NESTED.encode()).decode(), 2**31),
    "an id of a long type": (b64encode(f"{LONG}:1".encode()).decode(), 1),
    "the first day of all": ("0001-01-01T00:00:00+14:00", 1),
    "the last day of all": ("9999-12-31T23:59:59.999999-12:00", 1),
}
_DEEPEST = 4


@dataclass(frozen=True)
class Question:
    """A document and its variables."""

    document: str
    variables: dict[str, Any]


def questions(schema: GraphQLSchema, text: str, number: int) -> Iterator[tuple[str, Question]]:
    """Every argument of every query and mutation with these, beside what else must be given."""
    for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        for name, field in root.fields.items():
            for argument in field.args:
                yield (
                    f"{name}({argument})",
                    _question(operation, name, field, argument, text, number),
                )


def _question(
    operation: str, name: str, field: GraphQLField, argument: str, text: str, number: int
) -> Question:
    given = {
        key: _value(each.type, text, number)
        for key, each in field.args.items()
        if key == argument or isinstance(each.type, GraphQLNonNull)
    }
    if "first" in field.args and argument not in {"first", "last"}:
        given["first"] = 1
    declared = ", ".join(f"${key}: {field.args[key].type}" for key in given)
    passed = ", ".join(f"{key}: ${key}" for key in given)
    document = f"{operation} ({declared}) {{ {name}({passed}) {_below(field)} }}"
    return Question(document, given)


def _below(field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLObjectType) and "errors" in kind.fields:
        return "{ errors { field message code } }"
    return "{ __typename }" if is_composite_type(kind) else ""


def _value(kind: Any, text: str, number: int, depth: int = _DEEPEST) -> Any:
    match kind:
        case GraphQLNonNull():
            return _value(kind.of_type, text, number, depth)
        case GraphQLList():
            return [_value(kind.of_type, text, number, depth)]
        case GraphQLEnumType():
            return next(iter(kind.values))
        case GraphQLInputObjectType():
            return {
                name: _value(each.type, text, number, depth - 1)
                for name, each in kind.fields.items()
                if depth or isinstance(each.type, GraphQLNonNull)
            }
    return {"Int": number, "Boolean": False}.get(kind.name, text)
