"""``docs/reference/specification.md``: tests hold every sentence, and each of them exists.

The story of a sale names the page of each sentence too, and each of those exists as well.
"""

import ast
import csv
import re
from functools import cache
from pathlib import Path

from tests.tables import every

ROOT = Path(__file__).parents[2]
#: What is told as a story, with the page on which each sentence is done or read.
STORY = (
    "Activation and catalogue",
    "Accounts",
    "Ordering",
    "Invoices",
    "The asset",
    "Cancelling",
    "The customer's page and the shop",
)
SECTIONS = (
    *STORY,
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
TEST = re.compile(r"`([^`]+\.py)::(test_\w+)`")
NO_PAGE = re.compile(r"\*no page: [^*`]+\*")
#: What somebody is answered where there is a page; a one-time link is not found without its token.
ANSWERED = {"OK", "NOT_FOUND"}


def rows_of(section: str) -> list[list[str]]:
    """The cells of the lines of a section's table, its header first."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]


ROWS = [(row[0], row[-1]) for section in SECTIONS for row in rows_of(section)[1:]]
DONE_AT = [(row[0], row[1]) for section in STORY for row in rows_of(section)[1:]]


@cache
def functions_in(path: str) -> frozenset[str]:
    """The test functions of a file, read without importing it."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


@cache
def pages() -> frozenset[str]:
    """The addresses that can be opened, and that somebody is answered at."""
    with (ROOT / "tests" / "security" / "routes.csv").open(newline="") as table:
        routes = [(row.pop("what"), set(row.values())) for row in csv.DictReader(table)]
    return frozenset(
        what.removeprefix("GET ")
        for what, answers in routes
        if what.startswith("GET ") and answers & ANSWERED
    )


def is_page_that_is_there(done_at: str) -> bool:
    """Whether a cell names pages that exist, or says why there is none."""
    if NO_PAGE.fullmatch(done_at):
        return True
    named = done_at.split(" · ")
    return all(name.startswith("`") and name.strip("`") in pages() for name in named)


def test_the_sections_are_there_in_the_order_of_the_domain() -> None:
    assert tuple(re.findall(r"^## (.*)$", PAGE, re.MULTILINE)) == SECTIONS


@every("section", SECTIONS)
def test_every_line_has_the_cells_of_its_table(section: str) -> None:
    header, *rows = rows_of(section)
    told = ["sentence", "done at", "held by"]
    assert header == (told if section in STORY else ["sentence", "held by"])
    assert rows
    assert [row for row in rows if len(row) != len(header)] == []


@every("sentence, held_by", ROWS)
def test_every_sentence_is_held_by_tests_that_exist(sentence: str, held_by: str) -> None:
    named = TEST.findall(held_by)
    assert sentence
    assert len(named) == held_by.count("`") // 2 > 0
    assert [f"{path}::{name}" for path, name in named if name not in functions_in(path)] == []


@every("sentence, done_at", DONE_AT)
def test_every_sentence_of_the_story_is_done_at_a_page_that_exists(
    sentence: str, done_at: str
) -> None:
    assert is_page_that_is_there(done_at), sentence


def test_a_page_that_is_not_there_is_found() -> None:
    assert is_page_that_is_there("`/admin/orders/new` · `/shop/`")
    assert is_page_that_is_there("*no page: a rule*")
    # None of that name, a button, what nobody may open, no reason, no address.
    for wrong in (
        "`/admin/orders/anew`",
        "`/shop/` · `/admin/orders/{id}/execute`",
        "`/admin/orders/create`",
        "*no page: *",
        "",
    ):
        assert not is_page_that_is_there(wrong), wrong


def test_no_sentence_stands_twice() -> None:
    sentences = [sentence for sentence, _ in ROWS]
    assert len(sentences) == len(set(sentences))
