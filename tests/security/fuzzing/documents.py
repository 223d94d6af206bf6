"""GraphQL documents made of the schema itself, with arguments that fit, almost fit, or do not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bittitan_graphql.errors import PermissionDenied
from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.domain.errors import Refusal, Unavailable
from bittitan_plugin.store.tables import Base
from tests.conftest import StandingClock
from tests.integration.graphql_extension.platform import (
    STAFF,
    Platform,
    customer,
    open_platform,
)
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken

DEEPEST = 4
#: Those who may change nothing at all.
POWERLESS = [ANONYMOUS, Viewer(customer_id="nobody", email="nobody@example.com"),
             Viewer(is_staff=True, email="new@example.com")]  # fmt: skip


class Away:
    """A vendor and a platform that can never be reached."""

    def of(self, _of: object) -> "Away":
        return self

    def close(self) -> None:
        """Nothing to let go of."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def away(*_given: object, **_named: object) -> None:
            raise Unavailable("nobody there")

        return away


@contextmanager
def documents(random: Random, database_url: str, clock: StandingClock) -> Iterator["Documents"]:
    """Attempts on a platform with an account, a product and a few assets."""
    with open_platform(database_url, clock, key="default") as platform:
        object.__setattr__(platform.ports, "vendors", Away())
        object.__setattr__(platform.ports, "hosts", Away())
        yield Documents(random, platform)


class Documents:
    """Makes documents, asks them, and judges what came back."""

    def __init__(self, random: Random, platform: Platform) -> None:
        self._random = random
        self._platform = platform
        account, product = platform.account("buyer"), platform.product()
        assets = [platform.asset(account, product) for _ in range(3)]
        self._ids = [noise_id("BitTitanAsset", asset.id) for asset in assets]
        self._powerful = [STAFF, customer(account)]
        self._schema: GraphQLSchema = platform.schema._schema
        self._before = contents(platform.ports.store.engine)

    def by_the_powerless(self, number: int) -> str:
        """Whatever they send, nothing is changed by it."""
        outcome = self._ask(self._random.choice(POWERLESS))
        if number % 100 == 99 and contents(self._platform.ports.store.engine) != self._before:
            raise Broken("something was changed without permission")
        return outcome

    def by_the_powerful(self, _number: int) -> str:
        """Staff and the buyer: they may break what is theirs, never the server."""
        return self._ask(self._random.choice(self._powerful))

    def _ask(self, viewer: Viewer) -> str:
        random = self._random
        root = self._schema.mutation_type if random.random() < 0.5 else self._schema.query_type
        assert root is not None
        operation = "mutation" if root is self._schema.mutation_type else "query"
        document = f"{operation} {self._selection(root, DEEPEST)}"
        if random.random() < 0.1:
            document = noise.damaged(random, document.encode()).decode(errors="replace")
        result = self._platform.ask(document, viewer)
        for error in result.errors or ():
            cause = error.original_error
            known = (Refusal, PermissionDenied, Unavailable)
            if cause is not None and not isinstance(cause, known) and not _of_graphql(cause):
                raise Broken(f"{type(cause).__name__}: {cause} of {document[:2000]}") from cause
        return "errors" if result.errors else "data"

    def _selection(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name in kind.fields if depth or not _is_object(kind.fields[name])]
        chosen = self._random.sample(names, min(len(names), self._random.randrange(1, 4)))
        fields = [self._field(name, kind.fields[name], depth) for name in chosen]
        return "{ __typename " + " ".join(fields) + " }"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        given = [
            f"{key}: {self._argument(argument.type)}"
            for key, argument in field.args.items()
            if _required(argument) or self._random.random() < 0.3
        ]
        arguments = f"({', '.join(given)})" if given else ""
        kind = get_named_type(field.type)
        below = self._selection(kind, depth - 1) if isinstance(kind, GraphQLObjectType) else ""
        return f"{name}{arguments} {below}"

    def _argument(self, kind: Any, depth: int = 4) -> str:
        random = self._random
        if random.random() < 0.07:
            return literal(noise.value(random, 1))
        if isinstance(kind, GraphQLNonNull):
            return self._argument(kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            return f"[{', '.join(self._argument(kind.of_type, depth - 1) for _ in range(2))}]"
        if isinstance(kind, GraphQLEnumType):
            return str(random.choice(list(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            given = [
                f"{name}: {self._argument(each.type, depth - 1)}"
                for name, each in kind.fields.items()
                if isinstance(each.type, GraphQLNonNull) or (depth > 0 and random.random() < 0.4)
            ]
            return "{" + ", ".join(given) + "}"
        return self._scalar(kind.name)

    def _scalar(self, name: str) -> str:
        random = self._random
        match name:
            case "ID":
                return literal(random.choice([*self._ids, noise.text(random)]))
            case "Int":
                return random.choice(["0", "1", "-1", "100", "101", "2147483647"])
            case "Boolean":
                return random.choice(["true", "false"])
            case "DateTime":
                return literal(random.choice(["2026-03-10T00:00:00Z", noise.text(random)]))
            case _:
                return literal(noise.text(random))


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"k{n}: {literal(v)}" for n, v in enumerate(value.values())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return noise.as_json(value).decode()


def contents(engine: Engine) -> list[object]:
    """Every row of every table of the plugin's."""
    with Session(engine) as session:
        tables = Base.metadata.sorted_tables
        return [tuple(row) for table in tables for row in session.execute(select(table))]


def noise_id(kind: str, key: object) -> str:
    """How clients know it."""
    from bittitan_graphql.global_ids import global_id

    return global_id(kind, key)  # type: ignore[arg-type]


def _of_graphql(cause: BaseException) -> bool:
    return type(cause).__module__.startswith(("graphql", "strawberry"))


def _is_object(field: GraphQLField) -> bool:
    return isinstance(get_named_type(field.type), GraphQLObjectType)


def _required(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull)
