"""The permission matrix: asks every field and every mutation as everybody, and names the outcome.

What a viewer gets of a field is the most it gets by any way that leads there from a query, of the
subject's objects (``belongings.py``). Outcomes, the most first:

``VALUE``    a value, at least once              ``DONE``     the mutation was executed
``MASKED``   a value that shows its end only     ``NULL``     null
``DENIED``   an error that names the permission  ``HIDDEN``   nothing that carries it is shown
``REFUSED``  the whole request, with 401         or the code of the error, such as ``NOT_FOUND``
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema, get_named_type
from strawberry.types import ExecutionResult

from bittitan_graphql.http import shown_error
from bittitan_plugin.platforms.shop.tokens import InvalidToken
from tests.security.arguments import MUTATIONS, QUERIES
from tests.security.belongings import END_CUSTOMER
from tests.security.permission_fixture import ELSEWHERE, VIEWERS, Rewinding, Stage, rewound
from tests.security.walking import (
    Node,
    leaves_of,
    mutation_document,
    root_document,
    selection,
)

#: From the most to the least.
ORDER = ("VALUE", "MASKED", "NULL", "DENIED", "HIDDEN", "REFUSED")
#: Codes of refusals that mean: it does not exist for you, or you may not.
CLOSED = frozenset({"DENIED", "REFUSED", "NOT_FOUND", "HIDDEN"})
Row = dict[str, str]
Table = dict[str, Row]


def rows_of(schema: GraphQLSchema) -> Iterator[str]:
    """The rows that the table must have: all that can be asked for, and every mutation."""
    for name, root in schema.query_type.fields.items():  # type: ignore[union-attr]
        yield f"Query.{name}"
        kind = get_named_type(root.type)
        assert isinstance(kind, GraphQLObjectType)
        yield from (f"{t}.{f}" for t, f in leaves_of(selection(kind)) if not _is_wrapper(t))
    yield from (f"Mutation.{name}" for name in schema.mutation_type.fields)  # type: ignore[union-attr]


def table(stage: Stage) -> Table:
    """Every cell, really tried."""
    rows: Table = defaultdict(dict)
    for viewer in VIEWERS:
        for row, outcome in asked_only(stage, viewer).items():
            rows[row][viewer] = outcome
    return dict(sorted((rows | called(stage, MUTATIONS)).items()))


def asked_only(stage: Stage, viewer: str) -> Row:
    """What that viewer gets of every query, after which nothing may have changed."""
    with rewound(stage.file) as rewinding:
        found = asked(stage, viewer)
        assert not rewinding.changed(), f"queries of {viewer} changed the database"
        return found


def called(stage: Stage, names: Iterable[str]) -> Table:
    """What these mutations do for everybody."""
    with rewound(stage.file) as rewinding:
        return {
            f"Mutation.{name}": {
                viewer: _called(stage, viewer, name, rewinding) for viewer in VIEWERS
            }
            for name in names
        }


def execute(stage: Stage, viewer: str, root: str, document: str) -> ExecutionResult | None:
    """What that viewer is answered; None when the request is refused as a whole."""

    async def ask() -> ExecutionResult | None:
        # Staff of another installation knock at the plugin; the host is another one then.
        away = viewer == ELSEWHERE and root.startswith("bittitan")
        try:
            context = await (stage.context_elsewhere() if away else stage.context(viewer))
        except InvalidToken:
            return None
        return await stage.graphql.schema.execute(document, context_value=context)

    return asyncio.run(ask())


def outcomes(
    node: Node, result: ExecutionResult, bystanders: frozenset[str], aliases: int
) -> dict[str, str]:
    """The most that was got of every field of the selection."""
    best: dict[str, str] = {}
    denied = {
        tuple(part for part in error.path or () if isinstance(part, str)): code_of(error)
        for error in result.errors or ()
    }
    for place in range(aliases):
        found = (result.data or {}).get(f"a{place}")
        _look(node, found, (f"a{place}",), denied, bystanders, best)
    return best


def code_of(error: GraphQLError) -> str:
    """What an error comes down to, by the code that clients are given."""
    code = str(shown_error(error)["extensions"]["exception"]["code"])
    return "DENIED" if code == "PermissionDenied" else code


def asked(stage: Stage, viewer: str) -> Row:
    """What that viewer gets of every query field and of everything below."""
    schema = stage.graphql.schema._schema  # type: ignore[attr-defined]
    return walked(stage, schema, lambda root, document: execute(stage, viewer, root, document))


def walked(
    stage: Stage,
    schema: GraphQLSchema,
    ask: Callable[[str, str], ExecutionResult | None],
) -> Row:
    """What is got of every query field that is called by name, and of everything below."""
    best: Row = {}
    for name, root in schema.query_type.fields.items():  # type: ignore[union-attr]
        kind = get_named_type(root.type)
        if name.startswith("_") or not isinstance(kind, GraphQLObjectType):
            continue
        arguments = QUERIES[name](stage) if name in QUERIES else [""]
        node = selection(kind)
        result = ask(name, root_document(name, root, arguments))
        if result is None:
            found = dict.fromkeys((f"{t}.{f}" for t, f in leaves_of(node)), "REFUSED")
            best[f"Query.{name}"] = "REFUSED"
        else:
            found = outcomes(node, result, stage.here.bystanders, len(arguments))
            best[f"Query.{name}"] = _top(result, stage.here.bystanders, len(arguments))
        for row, outcome in found.items():
            if not _is_wrapper(row.partition(".")[0]):
                best[row] = _more(best.get(row), outcome)
    return best


def entities(
    stage: Stage, schema: GraphQLSchema, ask: Callable[[str, str], ExecutionResult | None]
) -> Row:
    """What is got of the fields on the platform's own types, by the keys a gateway gives."""
    keys = {
        "Order": stage.ids.order,
        "User": stage.ids.customers[END_CUSTOMER],
        "ProductVariant": stage.ids.variant,
    }
    best: Row = {}
    for name, key in keys.items():
        kind = schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        node, given = selection(kind), f'{{__typename: "{name}", id: "{key}"}}'
        document = (
            f"{{ a0: _entities(representations: [{given}]) {{ ... on {name} {node.text()} }} }}"
        )
        result = ask("_entities", document)
        assert result is not None
        for row, outcome in outcomes(node, result, stage.here.bystanders, 1).items():
            if row.startswith(f"{name}."):
                best[f"Entity {row}"] = outcome
    return best


def _called(stage: Stage, viewer: str, name: str, rewinding: Rewinding) -> str:
    mutation = stage.graphql.schema._schema.mutation_type.fields[name]  # type: ignore[attr-defined]
    document = mutation_document(name, mutation, MUTATIONS[name](stage))
    try:
        result = execute(stage, viewer, name, document)
        outcome = "REFUSED" if result is None else mutation_outcome(result)
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    return rewinding.rewound(outcome, closed=outcome in CLOSED)


def mutation_outcome(result: ExecutionResult) -> str:
    """Whether a mutation was executed, or the first reason why not."""
    if result.errors:
        return code_of(result.errors[0])
    payload = (result.data or {})["a0"]
    refused = payload.get("errors") or []
    return str(refused[0]["code"]) if refused else "DONE"


def _top(result: ExecutionResult, bystanders: frozenset[str], aliases: int) -> str:
    best: str | None = None
    codes = {str((error.path or [""])[0]): code_of(error) for error in result.errors or ()
             if len(error.path or ()) == 1}  # fmt: skip
    for place in range(aliases):
        value = (result.data or {}).get(f"a{place}")
        if value is not None and _shown(value, bystanders):
            outcome = "VALUE"
        else:
            outcome = codes.get(f"a{place}", "NULL")
        best = _more(best, outcome)
    return best or "NULL"


def _shown(value: Any, bystanders: frozenset[str]) -> bool:
    """Whether anything of it is the subject's: a page that holds nothing shows nothing."""
    if isinstance(value, list):
        return any(_shown(each, bystanders) for each in value)
    if isinstance(value, dict):
        if value.get("id") in bystanders:
            return False
        if "edges" in value:
            return _shown([edge.get("node") for edge in value["edges"] or []], bystanders)
    return value is not None


def _look(
    node: Node,
    value: Any,
    path: tuple[str, ...],
    denied: Mapping[tuple[str, ...], str],
    bystanders: frozenset[str],
    best: dict[str, str],
) -> None:
    if isinstance(value, list):
        for each in value or [None]:
            _look(node, each, path, denied, bystanders, best)
        return
    hidden = not isinstance(value, dict) or value.get("id") in bystanders
    for leaf in node.leaves:
        row = f"{node.type.name}.{leaf}"
        best[row] = _more(
            best.get(row), "HIDDEN" if hidden else _got(value[leaf], (*path, leaf), denied)
        )
    for call, branch in node.branches.items():
        name = call.partition("(")[0]
        row = f"{node.type.name}.{name}"
        below = None if hidden else value[name]
        best[row] = _more(
            best.get(row),
            "HIDDEN" if hidden else _got(_kept(below, bystanders), (*path, name), denied),
        )
        _look(branch, below, (*path, name), denied, bystanders, best)


def _kept(value: Any, bystanders: frozenset[str]) -> Any:
    return value if value is None or _shown(value, bystanders) else None


def _got(value: Any, path: tuple[str, ...], denied: Mapping[tuple[str, ...], str]) -> str:
    if value is None:
        return denied.get(path, "NULL")
    return "MASKED" if isinstance(value, str) and value.startswith("…") else "VALUE"


def _more(one: str | None, other: str) -> str:
    if one is None:
        return other
    unknown = len(ORDER)
    ranks = {name: place for place, name in enumerate(ORDER)}
    return min(one, other, key=lambda each: ranks.get(each, unknown))


def _is_wrapper(kind: str) -> bool:
    return kind.endswith(("CountableConnection", "CountableEdge", "PageInfo"))
