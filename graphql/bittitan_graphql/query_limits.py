"""Limits what one GraphQL request may ask for: depth, aliases, mutations, lists and cost.

Every field that leads to objects costs its weight, times its page size, times that of the pages
around it. A fragment is measured once, even if spread twice, so measuring a hostile document takes
no longer than reading it: limiters that walk fragments each time need 2ⁿ steps for n fragments
that spread each other twice. The cost is reported as in Saleor. The limits are our choice.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableValues,
    get_argument_values,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    is_composite_type,
    is_list_type,
)
from graphql.utilities import get_operation_ast
from strawberry.dataloader import DataLoader
from strawberry.extensions import DisableIntrospection, MaxTokensLimiter, SchemaExtension

from bittitan_graphql.core_schema import CoreSchema
from bittitan_graphql.query_documents import (
    BoundedValidation,
    DocumentLimits,
    ShortParserCache,
    limit_error,
)

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

#: Makes a new extension for each request.
SchemaExtensionFactory = Callable[[], SchemaExtension]

#: The deepest nesting of objects, the most aliases and the highest cost of one request.
DEEPEST, MOST_ALIASES, HIGHEST_COST = 12, 50, 50_000
#: The most mutations of one request: each may hash a password, write and send.
MOST_MUTATIONS = 10
#: The longest document accepted, in tokens.
_MOST_TOKENS = 3000
#: The longest list that an argument may hold, at any depth.
LONGEST_LIST = 100
#: The most objects that one answer shows beside its pages, even if few of them had to be loaded.
MOST_ROWS = 10_000
#: The cost of a field; a mutation's field may write, send and call BitTitan.
_FIELD, _MUTATION = 1, 10
#: The assumed length of a list without pages before it is read; then ``MOST_ROWS`` counts.
_UNPAGED = 10


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much a document, or a part of one, asks for."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0
    mutations: int = 0
    #: The length of the longest list among the arguments, and its place.
    longest: tuple[int, str] = (0, "")

    def beside(self, other: "Extent") -> "Extent":
        """The extent of both parts side by side."""
        return Extent(
            depth=max(self.depth, other.depth),
            aliases=self.aliases + other.aliases,
            cost=self.cost + other.cost,
            mutations=self.mutations + other.mutations,
            longest=max(self.longest, other.longest),
        )


class RowBudget:
    """Counts the objects that one answer shows beside its pages, as they are read."""

    def __init__(self, most: int = MOST_ROWS) -> None:
        self._left = most

    def spend(self, found: object) -> None:
        """Count an object, or a list by its length. Raises ``GraphQLError`` QueryRowsError."""
        self._left -= len(found) if isinstance(found, list) else 1
        if self._left < 0:
            text = "The query leads to too many objects; ask for smaller pages."
            raise limit_error("QueryRowsError", text)


class CountedLoader(DataLoader[Key, Value]):
    """Loads each key once, and counts the result each time it is shown."""

    def __init__(
        self, load_fn: Callable[[list[Key]], Awaitable[Sequence[Value]]], budget: RowBudget
    ) -> None:
        super().__init__(load_fn=load_fn)
        self._budget = budget

    async def load(self, key: Key) -> Value:
        """The value of the key. Raises ``GraphQLError`` QueryRowsError."""
        found = await super().load(key)
        self._budget.spend(found)
        return found


def extent_of(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, variables: Any
) -> Extent:
    """How much the operation of a valid document asks for, in time linear in the document."""
    operation = get_operation_ast(document, operation_name)
    root = schema.get_root_type(operation.operation) if operation else None
    if operation is None or root is None:
        return Extent()
    # The values as the execution reads them: 100.0 is a page of a hundred.
    coerced = get_variable_values(schema, operation.variable_definitions or (), variables or {})
    if isinstance(coerced, list):
        return Extent()  # the execution refuses these variables
    return _Survey(schema, document, coerced).of(operation.selection_set, root)


class _Survey:
    """Walks one document. Each selection set is measured once, however often it is spread."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[tuple[int, str], Extent] = {}

    def of(self, selections: SelectionSetNode, parent: GraphQLCompositeType) -> Extent:
        key = (id(selections), parent.name)
        if key not in self._known:
            total = Extent()
            for selection in selections.selections:
                total = total.beside(self._selection(selection, parent))
            self._known[key] = total
        return self._known[key]

    def _selection(self, node: Any, parent: GraphQLCompositeType) -> Extent:
        if isinstance(node, FragmentSpreadNode):
            node = self._fragments[node.name.value]
        if isinstance(node, FragmentDefinitionNode | InlineFragmentNode):
            on = node.type_condition
            kind = self._schema.get_type(on.name.value) if on else parent
            return self.of(node.selection_set, kind) if is_composite_type(kind) else Extent()
        return self._field(node, parent)

    def _field(self, node: FieldNode, parent: GraphQLCompositeType) -> Extent:
        alias = Extent(
            aliases=1 if node.alias else 0,
            mutations=1 if parent is self._schema.mutation_type else 0,
        )
        fields = parent.fields if hasattr(parent, "fields") else {}
        definition: GraphQLField | None = fields.get(node.name.value)
        # Introspection is no part of ``fields``: it reads no data, and production switches it off.
        if definition is None:
            return alias
        given = self._given(definition, node)
        asked = replace(alias, longest=_longest(given, node.name.value))
        kind = get_named_type(definition.type)
        if node.selection_set is None or not is_composite_type(kind):
            return asked
        inner = self.of(node.selection_set, kind)
        cost = _length(definition, node, given) * (self._weight(node, parent) + inner.cost)
        return asked.beside(replace(inner, depth=inner.depth + 1, cost=cost))

    def _given(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        try:
            return get_argument_values(definition, node, self._variables)
        except GraphQLError:  # the execution refuses these arguments
            return {}

    def _weight(self, node: FieldNode, parent: GraphQLCompositeType) -> int:
        if parent is self._schema.mutation_type:
            return _MUTATION
        # The connection around the edges has been counted, once for every edge.
        return 0 if node.name.value == "edges" else _FIELD


def _length(definition: GraphQLField, node: FieldNode, given: dict[str, Any]) -> int:
    """How many objects the field may lead to, for each parent object."""
    page = given.get("first") or given.get("last")
    if isinstance(page, int):
        return max(page, 1)
    if not is_list_type(get_nullable_type(definition.type)) or node.name.value == "edges":
        return 1
    lists = [len(value) for value in given.values() if isinstance(value, list)]
    return max(lists, default=_UNPAGED)


def _longest(given: object, place: str) -> tuple[int, str]:
    """The longest list within an argument's value, and its place."""
    longest = (0, place)
    unread = [(given, place)]
    while unread:
        value, at = unread.pop()
        if isinstance(value, Mapping):
            unread += [(each, f"{at}.{name}") for name, each in value.items()]
        elif isinstance(value, list | tuple):
            longest = max(longest, (len(value), at))
            # The contents of a refused list need no check.
            unread += [(each, f"{at}[]") for each in value[: LONGEST_LIST + 1]]
    return longest


def too_much(extent: Extent) -> GraphQLError | None:
    """The error for a request with that extent, or None when it is allowed."""
    if extent.depth > DEEPEST:
        return limit_error(
            "QueryDepthError",
            f"The query is {extent.depth} levels deep; {DEEPEST} are allowed.",
        )
    if extent.aliases > MOST_ALIASES:
        return limit_error(
            "QueryAliasError",
            f"The query has {extent.aliases} aliases; {MOST_ALIASES} are allowed.",
        )
    if extent.mutations > MOST_MUTATIONS:
        return limit_error(
            "QueryMutationError",
            f"The request has {extent.mutations} mutations; {MOST_MUTATIONS} are allowed. "
            "Send them in several requests.",
        )
    length, place = extent.longest
    if length > LONGEST_LIST:
        return limit_error(
            "QueryListError",
            f"The list '{place}' has {length} entries; {LONGEST_LIST} are allowed. "
            "Send them in several requests.",
        )
    if extent.cost > HIGHEST_COST:
        return limit_error(
            "QueryCostError",
            f"The query exceeds the maximum cost of {HIGHEST_COST}. "
            f"Actual cost is {extent.cost}; ask for smaller pages.",
        )
    return None


class QueryLimits(SchemaExtension):
    """Refuses requests that ask for too much, and reports the cost of each request."""

    def __init__(self, core: CoreSchema) -> None:
        self._core = core
        self._extent: Extent | None = None

    def on_execute(self) -> Iterator[None]:
        """Measure before anything is resolved."""
        context = self.execution_context
        if context.graphql_document is not None:
            self._extent = extent_of(
                self._core.of(context.schema),
                context.graphql_document,
                context.operation_name,
                context.variables,
            )
            refusal = too_much(self._extent)
            if refusal is not None:
                context.result = ExecutionResult(data=None, errors=[refusal])
        yield

    def get_results(self) -> dict[str, Any]:
        """The cost of the request, in Saleor's format."""
        if self._extent is None:
            return {}
        return {"cost": {"requestedQueryCost": self._extent.cost, "maximumAvailable": HIGHEST_COST}}


def guards(*, introspection: bool) -> list[SchemaExtensionFactory]:
    """The extensions of one schema served here; production has no introspection."""
    core = CoreSchema()
    standing: list[SchemaExtensionFactory] = [
        DocumentLimits,
        ShortParserCache,
        lambda: BoundedValidation(core),
        lambda: MaxTokensLimiter(max_token_count=_MOST_TOKENS),
        lambda: QueryLimits(core),
    ]
    return standing if introspection else [*standing, DisableIntrospection]
