"""Reads the documents under ``graphql/operations`` as a storefront's build would."""

from functools import cache
from pathlib import Path

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

FOLDER = Path(__file__).parents[3] / "graphql" / "operations"
FRAGMENTS = FOLDER / "fragments.graphql"


def operation_files(*folders: str) -> list[str]:
    """The files that hold an operation, by their path within the folder."""
    paths = sorted(path for path in FOLDER.rglob("*.graphql") if path != FRAGMENTS)
    names = [path.relative_to(FOLDER).as_posix() for path in paths]
    return [name for name in names if name.split("/")[0] in folders or not folders]


@cache
def load(name: str) -> str:
    """A file's document, with the fragments it uses."""
    document = parse((FOLDER / name).read_text())
    needed: dict[str, FragmentDefinitionNode] = {}
    _collect(document, _fragments(), needed)
    return print_ast(DocumentNode(definitions=(*document.definitions, *needed.values())))


@cache
def _fragments() -> dict[str, FragmentDefinitionNode]:
    definitions = parse(FRAGMENTS.read_text()).definitions
    return {
        node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)
    }


def _collect(
    node: DocumentNode | FragmentDefinitionNode,
    known: dict[str, FragmentDefinitionNode],
    needed: dict[str, FragmentDefinitionNode],
) -> None:
    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            name = spread.name.value
            if name not in needed:
                needed[name] = known[name]
                _collect(known[name], known, needed)

    visit(node, Spreads())
