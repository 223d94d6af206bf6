"""We use other people's code by its public names only: any release may change the private ones.

A name is private when it begins with an underscore and does not end with one, as those of Enum do,
unless its module lists it in ``__all__``. Two things are looked at: what our source says, and, with
the classes loaded, which names of ours are also names of a class of theirs that we build on.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: Where our packages lie.
SOURCES = {
    "bittitan_plugin": ROOT,
    "bittitan_graphql": ROOT / "graphql",
    "bittitan_hooks": ROOT / "hooks",
}
#: Alembic runs this itself, when it has set the scene.
RUN_BY_ALEMBIC = "bittitan_plugin.store.migrations.env"
#: Functions that are told a name.
BY_NAME = {"getattr", "setattr", "hasattr", "delattr", "attrgetter", "methodcaller"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("_")


def modules() -> dict[str, ast.Module]:
    """Our modules by their names."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for package, root in SOURCES.items()
        for path in (root / package).rglob("*.py")
    }


# What the source says.


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def names_made(tree: ast.AST) -> set[str]:
    """The names that functions, classes and assignments in a tree give."""
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and is_self(node.value)
        ):
            made.add(node.attr)
    return made


def is_listed(module: str, name: str) -> bool:
    """Whether a module of the standard library says that the name is public, as ``os._exit``."""
    return module in sys.stdlib_module_names and name in getattr(
        import_module(module), "__all__", ()
    )


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The private names that an import from others has in it."""
    if isinstance(node, ast.Import):
        origin, names = "", [alias.name for alias in node.names]
    else:
        origin, names = node.module or "", [alias.name for alias in node.names]
        if node.level:
            return
    for name in names:
        whole = f"{origin}.{name}" if origin else name
        if whole.split(".")[0] in SOURCES or is_listed(origin, name):
            continue
        if any(map(is_private, whole.split("."))):
            yield whole


def reached(node: ast.AST, ours: set[str]) -> Iterator[str]:
    """The private names that an expression reaches for, but for ours on ``self``.

    On any other object there are none at all: no name would tell whose object it is.
    """
    if isinstance(node, ast.Attribute) and is_private(node.attr):
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        if not ((is_self(node.value) and node.attr in ours) or is_listed(module, node.attr)):
            yield ast.unparse(node)
    elif isinstance(node, ast.Call):
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
        given = {each.value for each in node.args if isinstance(each, ast.Constant)}
        names = {name for text in given if isinstance(text, str) for name in text.split(".")}
        if called in BY_NAME and any(map(is_private, names)):
            yield ast.unparse(node)


def borrowed(tree: ast.Module, ours: set[str]) -> list[str]:
    """Every use of a private name of others in a module."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += imported(node)
        else:
            found += reached(node, ours)
    return found


def borrowed_by(source: str, *elsewhere: str) -> list[str]:
    tree = ast.parse(dedent(source))
    return borrowed(tree, names_made(tree) | set(elsewhere))


@pytest.mark.parametrize(
    "source",
    [
        "from dbos._context import get_local_dbos_context",
        "import dbos._dbos",
        "import dbos._dbos as engine",
        "from dbos import _dbos",
        "def wait(): from dbos._dbos import _get_dbos_instance",
        "client._transport",
        "DBOS.instance()._sys_db.engine",
        "client._mounts = {}",
        "self._admin.render()",
        "class Ours:\n    _client = 1\n    def do(self, other): return other._client",
        "class Ours:\n    def do(self): return self._client",
        "getattr(engine, '_sys_db')",
        "hasattr(engine, '_sys_db')",
        "setattr(pool, '_network_backend', ours)",
        "operator.attrgetter('pool._backend')",
        "os._exit_now(0)",
    ],
)
def test_a_private_name_of_others_is_seen(source: str) -> None:
    assert len(borrowed_by(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from dbos import DBOS",
        "from bittitan_plugin.web.connections import _cancel",
        "from __future__ import annotations",
        "class Ours:\n    _since = 0\n    def is_late(self): return self._since < 1",
        "class Ours:\n    def __init__(self): self._http = 1\n    def do(self): return self._http",
        "os._exit(0)",
        "member._value_",
        "type(error).__name__",
        "getattr(engine, 'name')",
        "_log = 1\n_log.info()",
    ],
)
def test_public_names_and_our_own_are_left_alone(source: str) -> None:
    assert borrowed_by(source) == []


def test_what_a_class_of_ours_elsewhere_makes_is_ours_in_the_classes_below_it() -> None:
    below = "class Below(Base):\n    def do(self): return self._session"
    assert borrowed_by(below) == ["self._session"]
    assert borrowed_by(below, "_session") == []


def test_nothing_of_ours_reaches_for_a_private_name_of_others() -> None:
    ours = modules()
    made = {name for tree in ours.values() for name in names_made(tree)}
    found = {name: uses for name, tree in ours.items() if (uses := borrowed(tree, made))}
    assert len(ours) > 400
    assert found == {}


# What the loaded classes say.


def private_names_in(definition: ast.ClassDef) -> set[str]:
    """The private names that a class defines, or uses through ``self``."""
    through_self = {
        node.attr
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute) and is_self(node.value)
    }
    own = {name for each in definition.body for name in _made_by(each)}
    return set(filter(is_private, through_self | own))


def _made_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Function | ast.ClassDef):
        return {statement.name}
    return names_made(statement)


@cache
def private_names_of(theirs: type) -> frozenset[str]:
    """The private names of a class of others, and those its methods set on ``self``."""
    names = set(vars(theirs))
    try:
        source = dedent(inspect.getsource(theirs))
    except (OSError, TypeError):  # written in C
        source = ""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            names |= private_names_in(node)
    return frozenset(filter(is_private, names))


def is_theirs(found: type) -> bool:
    return found is not object and found.__module__.split(".")[0] not in SOURCES


def shared(
    ours: type, definition: ast.ClassDef, is_theirs: Callable[[type], bool] = is_theirs
) -> set[str]:
    """The private names that a class of ours has in common with what it builds on of others."""
    theirs = [private_names_of(each) for each in ours.__mro__ if is_theirs(each)]
    return private_names_in(definition) & {name for names in theirs for name in names}


def definitions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    """The classes of a module by their qualified names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield from definitions(node, f"{within}{node.name}.<locals>.")
        elif isinstance(node, ast.ClassDef):
            yield f"{within}{node.name}", node
            yield from definitions(node, f"{within}{node.name}.")
        else:
            yield from definitions(node, within)


def found_in(module: Any, qualified: str) -> type:
    found = module
    for name in qualified.split("."):
        found = getattr(found, name)
    assert isinstance(found, type)
    return found


class Theirs:
    """Stands for a class of another distribution."""

    _limit = 1

    def __init__(self) -> None:
        self._pool = object()

    def _render(self) -> None:
        """What a subclass should not know of."""


class Overrides(Theirs):
    def _render(self) -> None:
        """Ours."""


class Replaces(Theirs):
    _limit = 2


class Annotates(Theirs):
    _limit: int = 2


class Sets(Theirs):
    def begin(self) -> None:
        self._pool = object()


class Reads(Theirs):
    def begin(self) -> object:
        return self._pool


class ReadsOfTheClass(Theirs):
    @classmethod
    def begin(cls) -> int:
        return cls._limit


class BelowOurs(Reads):
    def _render(self) -> None:
        """Ours, further down."""


class Harmless(Theirs):
    _ours = 1

    def begin(self) -> int:
        return self._ours


@pytest.mark.parametrize(
    ("ours", "names"),
    [
        (Overrides, {"_render"}),
        (Replaces, {"_limit"}),
        (Annotates, {"_limit"}),
        (Sets, {"_pool"}),
        (Reads, {"_pool"}),
        (ReadsOfTheClass, {"_limit"}),
        (BelowOurs, {"_render"}),
        (Harmless, set()),
    ],
)
def test_a_name_that_is_theirs_too_is_seen(ours: type, names: set[str]) -> None:
    here = dict(definitions(ast.parse(Path(__file__).read_text(encoding="utf-8"))))
    assert shared(ours, here[ours.__qualname__], lambda each: each is Theirs) == names


def test_no_class_of_ours_has_a_private_name_of_what_it_builds_on() -> None:
    found: dict[str, set[str]] = {}
    looked_at = 0
    for name, tree in modules().items():
        if name == RUN_BY_ALEMBIC or ".versions." in name:
            assert not list(definitions(tree))
            continue
        for qualified, definition in definitions(tree):
            whole = f"{name}.{qualified}"
            if "<locals>" in qualified:  # cannot be loaded, so it may have none at all
                names = private_names_in(definition)
            else:
                names = shared(found_in(import_module(name), qualified), definition)
                looked_at += 1
            if names:
                found[whole] = names
    assert looked_at > 500
    assert found == {}
