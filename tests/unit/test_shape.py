"""The house's own rules: files stay short, and tests outweigh the source."""

from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("bittitan_plugin", "graphql", "hooks")
    for path in (ROOT / folder).rglob("*.py")
    # Revisions are written by Alembic, not by us.
    if path.parent.name != "versions"
]


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_file_is_longer_than_500_lines() -> None:
    every = [*SOURCES, *(ROOT / "tests").rglob("*.py")]
    assert [(str(path), _lines(path)) for path in every if _lines(path) > 500] == []


def test_the_median_source_file_has_at_most_120_lines() -> None:
    assert median(map(_lines, SOURCES)) <= 120


def test_the_tests_outweigh_the_source() -> None:
    source = sum(map(_lines, SOURCES))
    tests = sum(map(_lines, (ROOT / "tests").rglob("*.py")))
    assert tests > source


def test_every_file_says_why_it_exists() -> None:
    silent = [str(p) for p in SOURCES if p.read_text() and not p.read_text().startswith('"""')]
    assert silent == []
