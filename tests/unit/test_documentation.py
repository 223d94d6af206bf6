"""The documentation is held against the code, so that it stays true."""

import csv
import re
from pathlib import Path

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.problems import ProblemKind
from tests.recorded import WHY
from tests.tables import every

ROOT = Path(__file__).parents[2]
#: Folders that hold no page of ours.
MADE = {".venv", "build", "dist", "var", "node_modules"}
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")


def _written_by_us(path: Path) -> bool:
    folders = path.relative_to(ROOT).parts[:-1]
    return not any(folder in MADE or folder.startswith(".") for folder in folders)


PAGES = sorted(filter(_written_by_us, ROOT.rglob("*.md")))


def prose_of(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))


def anchors_of(page: Path) -> set[str]:
    """What a link can name in a page: its headings, as GitHub spells them."""
    headings = re.findall(r"(?m)^#+ (.+)$", prose_of(page))
    return {
        re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-") for heading in headings
    }


def leads_nowhere(page: Path, target: str, anchor: str) -> bool:
    """Whether a link of ``page`` names a file or a heading that is not there."""
    named = page.parent / target if target else page
    return not named.exists() or bool(anchor and anchor not in anchors_of(named))


@every("permission", Permission)
def test_every_permission_is_described(permission: Permission) -> None:
    assert f"`{permission}`" in (ROOT / "docs" / "reference" / "graphql.md").read_text()


@every("page", PAGES)
def test_every_link_inside_the_documentation_leads_somewhere(page: Path) -> None:
    links = LINK.findall(prose_of(page))
    assert [link for link in links if leads_nowhere(page, *link)] == []


def test_a_link_to_a_heading_that_is_not_there_is_found() -> None:
    readme = ROOT / "README.md"
    assert not leads_nowhere(readme, "", "where-to-go-next")
    assert leads_nowhere(readme, "", "where-to-go-back")
    assert leads_nowhere(readme, "docs/nothing.md", "")


def test_the_readmes_first_two_commands_are_the_demo_and_the_tests() -> None:
    block = re.search(r"```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    commands = [line.split("#")[0].strip() for line in block[1].splitlines()]
    assert commands == ["make demo", "make test"]


def test_the_releases_in_the_changelog_are_those_whose_databases_are_kept() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    released = re.findall(r"(?m)^## \[?v?(\d[\d.]*)", changelog)
    kept = {path.name for path in (ROOT / "tests" / "fixtures").glob("release_*")}
    assert kept == {f"release_{version.replace('.', '_')}" for version in released}


def test_every_kind_of_problem_is_explained_with_what_to_do() -> None:
    page = (ROOT / "docs" / "how-to" / "solve-problems.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    explained = [kind for row in rows for kind in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(explained) == sorted(ProblemKind)


@every(
    "page, mark",
    [
        ("reliability-results.md", "run"),
        ("security-results.md", "fuzz"),
        ("security-results.md", "mutants"),
        ("performance-results.md", "bench"),
    ],
)
def test_a_long_run_finds_its_place_in_its_page(page: str, mark: str) -> None:
    text = (WHY / page).read_text()
    assert text.index(f"\n<!-- {mark} -->\n") < text.index(f"\n<!-- /{mark} -->\n")


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "why" / "decisions"
    listed = (folder / "README.md").read_text()
    decisions = [path.name for path in folder.glob("0*.md")]
    assert [name for name in decisions if name not in listed] == []


def test_every_address_outside_the_back_office_is_described() -> None:
    page = (ROOT / "docs" / "reference" / "http.md").read_text()
    with (ROOT / "tests" / "security" / "routes.csv").open(newline="") as table:
        routes = [re.sub(r":\w+}", "}", row["what"]) for row in csv.DictReader(table)]
    described = [route for route in routes if "/admin/" not in route]
    assert [route for route in described if f"`{route}`" not in page] == []


def test_every_file_that_contributors_are_sent_to_is_there() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"`([\w./-]+(?:/|\.(?:py|md|toml|csv|graphql)))`", page))
    assert len(named) > 40
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
