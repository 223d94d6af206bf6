"""OrderLeases a schema into documents that ask for every field by every way that leads to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
)

#: How many objects in a row a way may lead through; longer ones meet only types met before.
DEEPEST = 7
#: Pages of this size hold all there is.
PAGE = 50


@dataclass
class Node:
    """A selection: its leaves, and what it goes on to."""

    type: GraphQLObjectType
    leaves: dict[str, str] = field(default_factory=dict)
    branches: dict[str, "Node"] = field(default_factory=dict)

    def text(self) -> str:
        """As a selection set. ``__typename`` keeps it from being empty."""
        kept = [f"{name}: {call}" for name, call in self.leaves.items()]
        deeper = [f"{call} {node.text()}" for call, node in self.branches.items()]
        return "{ __typename " + " ".join(kept + deeper) + " }"


def selection(kind: GraphQLObjectType, seen: frozenset[str] = frozenset(), depth: int = 1) -> Node:
    """Everything below an object, no type twice on one way."""
    node, seen = Node(kind), seen | {kind.name}
    for name, each in kind.fields.items():
        if any(is_required_argument(argument) for argument in each.args.values()):
            continue
        below = get_named_type(each.type)
        call = name + (f"(first: {PAGE})" if "first" in each.args else "")
        if not isinstance(below, GraphQLObjectType):
            node.leaves[name] = call
        elif below.name not in seen and depth < DEEPEST:
            node.branches[call] = selection(below, seen, depth + 1)
    return node


def leaves_of(node: Node) -> Iterator[tuple[str, str]]:
    """Every (type, field) that the selection asks for."""
    yield from ((node.type.name, name) for name in node.leaves)
    for call, branch in node.branches.items():
        yield node.type.name, call.partition("(")[0]
        yield from leaves_of(branch)


def root_document(name: str, root: GraphQLField, arguments: Sequence[str]) -> str:
    """Asks one root field once for each of the arguments, with everything below it."""
    kind = get_named_type(root.type)
    below = selection(kind).text() if isinstance(kind, GraphQLObjectType) else ""
    page = f"first: {PAGE}" if "first" in root.args else ""
    calls = []
    for place, given in enumerate(arguments or [""]):
        said = ", ".join(part for part in (given, page) if part)
        calls.append(f"a{place}: {name}" + (f"({said})" if said else "") + f" {below}")
    return "query { " + " ".join(calls) + " }"


def mutation_document(name: str, mutation: GraphQLField, arguments: str) -> str:
    """Calls a mutation and asks why it was refused."""
    kind = get_named_type(mutation.type)
    assert isinstance(kind, GraphQLObjectType)
    refused = "errors { field message code }" if "errors" in kind.fields else ""
    said = f"({arguments})" if arguments else ""
    return f"mutation {{ a0: {name}{said} {{ __typename {refused} }} }}"
