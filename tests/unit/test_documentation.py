"""The documentation is held against the code, so that it stays true."""

import re
from pathlib import Path

from bittitan_plugin.domain.access import Permission
from tests.tables import every

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "SECURITY.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)


@every("permission", Permission)
def test_every_permission_is_described(permission: Permission) -> None:
    assert f"`{permission}`" in (ROOT / "docs" / "operating.md").read_text()


@every("page", PAGES)
def test_every_link_inside_the_documentation_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


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


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    decisions = [path.name for path in folder.glob("0*.md")]
    assert [name for name in decisions if name not in listed] == []
