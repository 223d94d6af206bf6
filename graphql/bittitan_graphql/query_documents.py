"""Limits length and repetition of a GraphQL document, before it is parsed and validated.

Both happen on the event loop, for anybody: validation compares every two fields with one response
name, and a parsed document takes three hundred times the memory of its text. The limits are ours.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    SelectionSetNode,
    validate,
)
from strawberry.extensions import ParserCache, SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from bittitan_graphql.core_schema import QUESTION, CoreSchema

#: The longest document accepted, in characters. Variables and files are not counted.
LONGEST_DOCUMENT = 16 * 1024
#: How many pairs of fields with one name a document may have: two hundred with one name, say.
MOST_PAIRS = 20_000
#: The longest document that is kept parsed, in characters, and how many are: at most about 80 MB.
_LONGEST_KEPT, _KEPT = 4 * 1024, 64
#: The most errors of a document that are reported at once.
_MOST_ERRORS = 10
#: The rules that Strawberry adds where it validates itself.
_OF_STRAWBERRY = (MaybeNullValidationRule, OneOfInputValidationRule)


class DocumentLimits(SchemaExtension):
    """Refuses a document that is too long before it is parsed."""

    def on_operation(self) -> Iterator[None]:
        """Raise ``GraphQLError`` QueryLengthError for a document that is too long."""
        length = len(self.execution_context.query or "")
        if length > LONGEST_DOCUMENT:
            raise limit_error(
                "QueryLengthError",
                f"The query has {length} characters; {LONGEST_DOCUMENT} are allowed. "
                "Send what is long in its variables.",
            )
        yield


class ShortParserCache(ParserCache):
    """Keeps short documents parsed."""

    def __init__(self) -> None:
        super().__init__(maxsize=_KEPT)

    def on_parse(self) -> Iterator[None]:
        """Parse, or use the cached parsed document."""
        if is_kept(self.execution_context.query):
            yield from super().on_parse()
        else:
            yield


class BoundedValidation(SchemaExtension):
    """Validates up to a few errors, and caches the result for short documents."""

    def __init__(self, core: CoreSchema) -> None:
        self._core = core

    def on_validate(self) -> Iterator[None]:
        """Validate, unless the context has an error already."""
        context = self.execution_context
        document, rules = context.graphql_document, context.validation_rules
        if context.query == QUESTION:
            context.validation_rules = (*rules, self._core.rule())
        elif document is not None:
            judge = _kept_validation if is_kept(context.query) else _validate
            schema = self._core.of(context.schema)
            context.pre_execution_errors = judge(schema, document, rules)
        yield


def _validate(
    schema: GraphQLSchema, document: DocumentNode, rules: tuple[type[ASTValidationRule], ...]
) -> list[GraphQLError]:
    if pairs_of(document) > MOST_PAIRS:
        text = "The query has too many fields of one name; ask for each once, or use aliases."
        return [limit_error("QueryRepetitionError", text)]
    # Each error prints its value, so limiting the number of errors limits more than the answer.
    return validate(schema, document, (*rules, *_OF_STRAWBERRY), max_errors=_MOST_ERRORS)


_kept_validation = lru_cache(maxsize=_KEPT)(_validate)


def is_kept(document: str | None) -> bool:
    """Whether a document is short enough to be kept."""
    return document is not None and len(document) <= _LONGEST_KEPT


def pairs_of(document: DocumentNode) -> int:
    """How many pairs of fields have one response name, anywhere; in linear time."""
    names: Counter[str] = Counter()
    unread: list[SelectionSetNode] = [
        definition.selection_set
        for definition in document.definitions
        if hasattr(definition, "selection_set")
    ]
    while unread:
        for selection in unread.pop().selections:
            if isinstance(selection, FieldNode):
                names[(selection.alias or selection.name).value] += 1
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                unread.append(inner)
    return sum(count * (count - 1) // 2 for count in names.values())


def limit_error(code: str, message: str) -> GraphQLError:
    """The error for a request that asks for too much."""
    return GraphQLError(message, extensions={"exception": {"code": code}})
