"""GraphQL documents made of the schema itself, with arguments that fit, almost fit, or do not.

Two schemas are asked: the shop's, which holds all that the plugin adds, and the subgraph's.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
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
    GraphQLUnionType,
    get_named_type,
)
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from strawberry.types import ExecutionResult

from bittitan_graphql.global_ids import ACCOUNT, ASSET, PRODUCT, global_id
from bittitan_graphql.http import shown_error
from bittitan_graphql.subgraph import build_subgraph
from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.platforms.shop.tables import ShopBase, SignInFailureRow
from bittitan_plugin.platforms.shop.tokens import InvalidToken
from bittitan_plugin.store.tables import Base
from tests.security import subgraph
from tests.security.belongings import RESELLER
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken, hush
from tests.security.permission_fixture import ANONYMOUS, Rewinding, Stage, open_stage

DEEPEST = 4
#: Those who may change nothing but their own password and sessions.
POWERLESS = (ANONYMOUS, "no permission")
POWERFUL = ("every permission", RESELLER)
#: After so many attempts everything is as it was at first.
ROUND = 50

Ask = Callable[[str, str], ExecutionResult]


@dataclass(frozen=True)
class Target:
    """A schema, and how a viewer asks it."""

    name: str
    schema: GraphQLSchema
    ask: Ask


@contextmanager
def open_shop(database_url: str, file: Path) -> Iterator[tuple[Stage, Rewinding]]:
    """A shop that has something of everything, and what puts it back to how it is."""
    with SandboxServer() as sandbox, open_stage(database_url, file, sandbox) as stage:
        hush()
        rewinding = Rewinding(file)
        yield stage, rewinding
        rewinding.close()


def shop_and_subgraph(
    random: Random, stage: Stage, rewinding: Rewinding
) -> tuple["Documents", "Documents"]:
    """Attempts on each of the two schemas."""
    shop, subgraph_ = _shop(stage), _subgraph(stage)
    return Documents(random, stage, shop, rewinding), Documents(random, stage, subgraph_, rewinding)


def _shop(stage: Stage) -> Target:
    schema = build_schema(stage.shop.plugins)

    def ask(viewer: str, document: str) -> ExecutionResult:
        async def answer() -> ExecutionResult:
            context = await stage.context(viewer)
            return await schema.execute(document, context_value=context)

        return asyncio.run(answer())

    return Target("shop", schema._schema, ask)


def _subgraph(stage: Stage) -> Target:
    schema = build_subgraph()
    return Target(
        "subgraph",
        schema._schema,
        lambda viewer, document: subgraph.answer(stage, schema, viewer, document),
    )


class Documents:
    """Makes documents, asks them, and judges what came back."""

    def __init__(self, random: Random, stage: Stage, target: Target, rewinding: Rewinding) -> None:
        self._random = random
        self._target = target
        self._rewinding = rewinding
        self._schema = target.schema
        self._engine = stage.shop.application.engine
        self._before = contents(self._engine)
        here, sold = stage.here, stage.sold
        self._ids = [
            *(global_id(ASSET, each.id) for each in here.assets.values()),
            *(global_id(ACCOUNT, each.id) for each in here.accounts.values()),
            global_id(PRODUCT, here.unpublished.id),
            sold.order, sold.draft, sold.checkout, sold.variant, sold.product,
        ]  # fmt: skip

    def by_the_powerless(self, number: int) -> str:
        """Whatever they send, nothing is changed by it."""
        outcome = self._ask(self._random.choice(POWERLESS))
        if number % ROUND == ROUND - 1 and self._rewinding.changed():
            changed = contents(self._engine) != self._before
            self._rewinding.rewind()
            if changed:
                raise Broken("something was changed without permission")
        return outcome

    def by_the_powerful(self, number: int) -> str:
        """Staff and the buyer: they may break what is theirs, never the server."""
        if number % ROUND == 0 and self._rewinding.changed():
            self._rewinding.rewind()
        outcome = self._ask(self._random.choice(POWERFUL))
        if number % ROUND == ROUND - 1:
            self._rewinding.rewind()
        return outcome

    def _ask(self, viewer: str) -> str:
        random = self._random
        root = self._schema.mutation_type if random.random() < 0.5 else self._schema.query_type
        assert root is not None
        operation = "mutation" if root is self._schema.mutation_type else "query"
        document = f"{operation} {self._selection(root, DEEPEST)}"
        if random.random() < 0.1:
            document = noise.damaged(random, document.encode()).decode(errors="replace")
        try:
            result = self._target.ask(viewer, document)
        except InvalidToken:
            # They have signed out everywhere, or changed the password.
            return "signed out"
        for error in result.errors or ():
            code = shown_error(error)["extensions"]["exception"]["code"]
            if code == "InternalServerError" and not isinstance(error.original_error, Unavailable):
                cause = error.original_error
                raise Broken(f"{type(cause).__name__}: {cause} of {document[:2000]}") from cause
        return "errors" if result.errors else "data"

    def _selection(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name, each in kind.fields.items() if depth or not _is_object(each)]
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
        below = self._below(kind, depth)
        return f"{name}{arguments} {below}"

    def _below(self, kind: Any, depth: int) -> str:
        if isinstance(kind, GraphQLUnionType):
            parts = [
                f"... on {each.name} {self._selection(each, depth - 1)}" for each in kind.types
            ]
            return "{ __typename " + " ".join(parts) + " }"
        return self._selection(kind, depth - 1) if isinstance(kind, GraphQLObjectType) else ""

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
            case "_Any":
                kinds = ["Order", "User", "ProductVariant", "Query", noise.text(random)]
                key = random.choice([*self._ids, noise.text(random)])
                return f"{{__typename: {literal(random.choice(kinds))}, id: {literal(key)}}}"
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
    """Every row, without what whoever signs in or fails to changes of themselves."""
    own = {"password", "session_key"}
    with Session(engine) as session:
        return [
            tuple(row)
            for table in (*Base.metadata.sorted_tables, *ShopBase.metadata.sorted_tables)
            if table.name != SignInFailureRow.__tablename__
            for row in session.execute(select(*(c for c in table.c if c.name not in own)))
        ]


def _is_object(field: GraphQLField) -> bool:
    return isinstance(get_named_type(field.type), GraphQLObjectType | GraphQLUnionType)


def _required(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull)
