"""Tests wait for conditions, with one limit (``tests/waiting.py``), and measure no time.

On a busy machine everything takes longer: what a test allows for it must not be what it is about.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
#: What waits for all, and programs of which time is the subject.
EXEMPT = (
    "waiting.py",
    "benchmarks",
    "chaos",
    "fixtures/make_release.py",
    "integration/stock/drawing.py",
    "security/fuzzing",
    "security/mutants",
)
CLOCKS = {"sleep", "monotonic", "perf_counter", "process_time", "thread_time"}


def offences(tree: ast.AST) -> Iterator[str]:
    """What waits for time to pass or looks at a clock, and limits that are numbers of their own."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="time", names=names):
                yield from (each.name for each in names if each.name in CLOCKS)
            case ast.Attribute(
                value=ast.Name(id="time" | "asyncio" | "anyio" as module), attr=name
            ):
                yield from [f"{module}.{name}"] if name in CLOCKS else []
            case ast.keyword(arg="timeout", value=ast.Constant(value=int() | float() as seconds)):
                yield f"timeout={seconds}"


def found_in(path: Path) -> list[str]:
    return [f"{path.relative_to(TESTS)}: {each}" for each in offences(ast.parse(path.read_text()))]


def test_nobody_waits_for_time_to_pass_or_measures_it() -> None:
    exempt = [TESTS / each for each in EXEMPT]
    files = [p for p in TESTS.rglob("*.py") if not {p, *p.parents} & set(exempt)]
    assert [offence for path in files for offence in found_in(path)] == []


def test_what_is_looked_for_is_found() -> None:
    source = "from time import sleep, time\nimport time\nrun(timeout=5)\ntime.monotonic()\n"
    assert list(offences(ast.parse(source))) == ["sleep", "timeout=5", "time.monotonic"]
