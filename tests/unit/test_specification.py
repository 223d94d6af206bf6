"""``docs/reference/specification.md``: tests hold every sentence, and each of them exists."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.tables import every

ROOT = Path(__file__).parents[2]
SECTIONS = (
    "Activation and catalogue",
    "Accounts",
    "Ordering",
    "The customer's page and the shop",
    "Reconciliation",
    "Problems",
    "Durable work",
    "Upgrading",
    "On a Saleor",
    "The coupon stock",
    "The back office",
    "Closed by default",
)
PAGE = (ROOT / "docs" / "reference" / "specification.md").read_text()
ROWS = re.findall(r"^\| (?!sentence)([^|-][^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`([^`]+\.py)::(test_\w+)`")


@cache
def functions_in(path: str) -> frozenset[str]:
    """The test functions of a file, read without importing it."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


def test_the_sections_are_there_in_the_order_of_the_domain() -> None:
    assert tuple(re.findall(r"^## (.*)$", PAGE, re.MULTILINE)) == SECTIONS


def test_every_line_of_the_tables_is_read() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) - len(SECTIONS)


@every("sentence, held_by", ROWS)
def test_every_sentence_is_held_by_tests_that_exist(sentence: str, held_by: str) -> None:
    named = TEST.findall(held_by)
    assert sentence
    assert len(named) == held_by.count("`") // 2 > 0
    assert [f"{path}::{name}" for path, name in named if name not in functions_in(path)] == []


def test_no_sentence_stands_twice() -> None:
    sentences = [sentence for sentence, _ in ROWS]
    assert len(sentences) == len(set(sentences))
