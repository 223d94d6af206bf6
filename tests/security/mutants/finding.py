"""Finds every guard in the source itself, whatever asks, filters, proves or refuses.

No place is listed here. A *denial* is an exception that means "not you"; a guard is what raises
one, and whatever is called only so that it may. New code of these shapes is found by itself.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

#: What is looked at. The sandbox and the demo play other people's parts.
ROOTS = ("bittitan_plugin", "graphql/bittitan_graphql", "hooks/bittitan_hooks")
LEFT_OUT = ("bittitan/sandbox/", "demo/", "migrations/")
DENIALS = frozenset({
    "PermissionDenied", "NotSignedIn", "NotPermitted", "InvalidToken", "NotSigned", "UnknownKey",
    "SessionOver", "NotAllowed", "RegistrationRefused", "_Forbidden", "ForbiddenAddress",
})  # fmt: skip
#: Questions whose yes opens something.
QUESTIONS = frozenset({"may", "may_see", "owns", "sees", "sees_account", "is_session_of"})
#: Who a row belongs to.
OWNERS = frozenset({"installation_id", "user_id"})
FILTERS = frozenset({"_mine", "_MINE"})
#: Without it a handler goes on with whoever is there.
INSTEAD = {"customer": "viewer"}
#: Modules that prove who speaks: there a plain ``return None`` is a refusal too.
PROVING = (
    "platforms/shop/identity", "platforms/shop/platform", "platforms/shop/tokens",
    "platforms/saleor/allowed", "platforms/saleor/invoice_links", "platforms/saleor/keys",
    "platforms/saleor/registration", "platforms/saleor/sessions", "platforms/saleor/signatures",
    "platforms/saleor/tokens", "platforms/saleor/webhooks", "web/csrf", "web/devices",
    "web/sessions", "platforms/saleor/pages/graphql",
)  # fmt: skip
#: Algorithms that an attacker would like to choose.
ANY_ALGORITHM = '["RS256", "HS256", "none", "PS256", "RS512", "ES256"]'
TRUE_IN_SQL = '__import__("sqlalchemy").true()'


@dataclass(frozen=True)
class Mutant:
    """One guard, and the text that stands in its place when it is gone."""

    kind: str
    path: str
    line: int
    text: str
    #: Byte offsets of what is replaced.
    start: int
    end: int
    instead: str
    #: First line of the innermost function it is in; None at a module's or class's own level.
    function: int | None
    #: That function's name.
    within: str

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self.path}:{self.line}"

    def applied(self, source: bytes) -> bytes:
        """The module without the guard."""
        return source[: self.start] + self.instead.encode() + source[self.end :]


@dataclass(frozen=True)
class Module:
    """A parsed file."""

    path: str
    source: bytes
    #: Names of all functions anywhere that raise a denial themselves.
    guards: frozenset[str]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Byte offsets of a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first = self._starts[node.lineno - 1] + node.col_offset
        return first, self._starts[node.end_lineno - 1] + node.end_col_offset

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function around a node."""
        found = self.parents.get(node)
        while found is not None:
            if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
                return found
            found = self.parents.get(found)
        return None

    @cached_property
    def demands(self) -> frozenset[str]:
        """What of those is at hand here: defined in this module, or imported."""
        imported = {
            each.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        }
        return frozenset(imported & self.guards) | set(_raising(self.tree))

    @property
    def proves(self) -> bool:
        """Whether it is a module that says who speaks."""
        return any(part in self.path for part in PROVING)


#: A rule: what to replace in a node and with what, under the name of its kind.
Change = tuple[str, ast.expr | ast.stmt | ast.keyword, str]
Rule = Callable[[Module, ast.AST], Iterator[Change]]


def mutants(root: Path) -> list[Mutant]:
    """Every guard there is, in the order of the files."""
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for part in ROOTS
        for path in sorted((root / part).rglob("*.py"))
        if not any(out in str(path) for out in LEFT_OUT)
    }
    guards = frozenset(name for source in files.values() for name in _raising(ast.parse(source)))
    found = (
        mutant for path, source in files.items() for mutant in _of(Module(path, source, guards))
    )
    return sorted(set(found), key=lambda each: (each.path, each.line, each.start))


def _of(module: Module) -> Iterator[Mutant]:
    for node in ast.walk(module.tree):
        for rule in RULES:
            for kind, replaced, instead in rule(module, node):
                start, end = module.span(replaced)
                text = " ".join(module.source[start:end].decode().split())
                function = module.function_of(replaced)
                yield Mutant(
                    kind, module.path, replaced.lineno, text, start, end, instead,
                    _first_line(function) if function else None, function.name if function else "",
                )  # fmt: skip


def _raising(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            isinstance(each, ast.Raise) and _denies(each) for each in ast.walk(node)
        ):
            yield node.name


def _denies(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and _name(statement.exc) in DENIALS


def _name(node: ast.AST | None) -> str:
    """The last part of the name of what is called or referred to."""
    while isinstance(node, ast.Call | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _demanded(module: Module, node: ast.AST) -> Iterator[Change]:
    """A statement that only demands: nothing is left of it."""
    if not isinstance(node, ast.Expr):
        return
    called = node.value.value if isinstance(node.value, ast.Await) else node.value
    if isinstance(called, ast.Call) and _name(called) in module.demands | {"owned"}:
        function = called.func
        if isinstance(function, ast.Name) or _name(getattr(function, "value", None)) == "self":
            yield "demand", node, "pass"


def _softened(_module: Module, node: ast.AST) -> Iterator[Change]:
    """Who is asking, without asking who they are."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in INSTEAD
        and _name(node.func.value) in {"site", "_site"}
        and node.args
    ):
        owner, argument = ast.unparse(node.func.value), ast.unparse(node.args[0])
        yield "demand", node, f"{owner}.{INSTEAD[node.func.attr]}({argument})"


def _refused(module: Module, node: ast.AST) -> Iterator[Change]:
    """The condition of a refusal: it never holds, or one of its alternatives does not."""
    if isinstance(node, ast.If) and any(map(_denies, node.body)):
        denied, condition = True, node.test
    elif module.proves and isinstance(node, ast.If) and len(node.body) == 1:
        denied, condition = _turns_away(node.body[0]), node.test
    else:
        return
    if denied:
        for each in _parts(condition, ast.Or):
            yield "refusal", each, "False"


def _parts(condition: ast.expr, operator: type[ast.boolop]) -> list[ast.expr]:
    """The parts of a condition, without those that only keep types right: they guard nothing."""
    if not (isinstance(condition, ast.BoolOp) and isinstance(condition.op, operator)):
        return [condition]
    return [each for each in condition.values if not _of_types(each)]


def _of_types(condition: ast.expr) -> bool:
    """Taken away, the next line fails by itself."""
    if isinstance(condition, ast.UnaryOp):
        condition = condition.operand
    if isinstance(condition, ast.Compare):
        return isinstance(condition.ops[0], ast.Is) and ast.unparse(condition).endswith(" is None")
    return isinstance(condition, ast.Name) or _name(condition) == "isinstance"


def _turns_away(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Return):
        return False
    value = statement.value
    if isinstance(value, ast.Constant) and value.value is None:
        return True
    if _name(value) == "Answer" and isinstance(value, ast.Call):
        status = value.args[0]
        return isinstance(status, ast.Constant) and str(status.value) >= "400"
    return _name(value) in {"_refused", "RegistrationRefused"}


def _chosen(module: Module, node: ast.AST) -> Iterator[Change]:
    """``x if proved else None``, in a module that proves."""
    if not (module.proves and isinstance(node, ast.IfExp)):
        return
    for branch, always in ((node.orelse, "True"), (node.body, "False")):
        nothing = isinstance(branch, ast.Constant) and branch.value is None
        if nothing or _name(branch) == "ANONYMOUS":
            for each in _parts(node.test, ast.And if always == "True" else ast.Or):
                if not _of_types(each):
                    yield "refusal", each, always


def _asked(module: Module, node: ast.AST) -> Iterator[Change]:
    """A question that is always answered with yes."""
    if isinstance(node, ast.Call) and _name(node) in QUESTIONS and node.args:
        around = module.parents[node]
        yield "question", around if isinstance(around, ast.Await) else node, "True"


def _declared(_module: Module, node: ast.AST) -> Iterator[Change]:
    """The permission a page of the back office, or a GraphQL field, declares: all may come in."""
    if (
        isinstance(node, ast.Assign)
        and _name(node.targets[0]) == "permission"
        and _name(getattr(node.value, "value", None)) == "Permission"
    ):
        yield "permission", node, "is_accessible = lambda self, request: True"
    elif (
        isinstance(node, ast.keyword)
        and node.arg == "needs"
        and _name(getattr(node.value, "value", None)) == "Permission"
    ):
        yield "permission", node.value, "None"


def _filtered(module: Module, node: ast.AST) -> Iterator[Change]:
    """Whose rows: everybody's."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
        if isinstance(node.left, ast.Attribute) and node.left.attr in OWNERS:
            table = _name(node.left.value)
            if table.endswith("Row") or table in ("row", "_rows"):
                yield "filter", node, TRUE_IN_SQL
    elif isinstance(node, ast.Attribute | ast.Name) and _name(node) in FILTERS:
        parent = module.parents[node]
        if isinstance(node.ctx, ast.Load) and not isinstance(parent, ast.Attribute):
            yield "filter", node, TRUE_IN_SQL


def _proved(_module: Module, node: ast.AST) -> Iterator[Change]:
    """What a token must say, and the algorithms it may be signed with."""
    if not isinstance(node, ast.Call):
        return
    for keyword in node.keywords:
        if _name(node) == "JWTClaimsRegistry" and keyword.arg != "now":
            yield "token", keyword, f"x_{keyword.arg}={{}}"
        elif keyword.arg == "algorithms" and _name(node) != "encode":
            yield "token", keyword.value, ANY_ALGORITHM


def _placed(module: Module, node: ast.AST) -> Iterator[Change]:
    """What stands before a route."""
    if isinstance(node, ast.Call) and _name(node) == "Middleware":
        if isinstance(module.parents[node], ast.List):
            yield "middleware", node, "*()"
    elif isinstance(node, ast.keyword) and node.arg in {"middleware", "middlewares"}:
        if _name(module.parents[node]) in {"Route", "Mount"}:
            yield "middleware", node.value, "()"
    elif isinstance(node, ast.Await) and ast.unparse(node).startswith("await super().dispatch("):
        yield "middleware", node, "await call_next(request)"
    elif isinstance(node, ast.Call) and _name(node) == "limited":
        yield "middleware", node, ast.unparse(node.args[0])


RULES: tuple[Rule, ...] = (
    _demanded, _softened, _refused, _chosen, _asked, _declared, _filtered, _proved, _placed,
)  # fmt: skip


def _first_line(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """As its code object has it: decorators included."""
    return min(each.lineno for each in (function, *function.decorator_list))
