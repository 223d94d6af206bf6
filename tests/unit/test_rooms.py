"""What the pages say of the rooms and their arrows is what import-linter is told to hold."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
(ARROWS,) = (c for c in CONTRACTS["contracts"] if c["name"].startswith("Arrows point down"))


def fenced(page: str, heading: str) -> list[str]:
    """The lines of the first fenced block under that heading."""
    below = (ROOT / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return below.split("```")[1].strip("\n").splitlines()


def short(name: str) -> str:
    return name.removeprefix("bittitan_plugin.")


def test_the_page_shows_the_layers_of_the_contract() -> None:
    assert fenced("docs/why/architecture.md", "The rooms") == ARROWS["layers"]


def test_the_readme_shows_the_same_rooms_from_top_to_bottom() -> None:
    names = [short(name) for layer in ARROWS["layers"] for name in layer.split(" : ")]
    shown = " ".join(line[:24] for line in fenced("README.md", "The rooms"))
    assert re.findall(r"\w+", shown) == names


def test_every_package_is_a_room_of_the_contract() -> None:
    roots = [ROOT, ROOT / "graphql", ROOT / "hooks"]
    packages = {path.parent.name for root in roots for path in root.glob("bittitan_*/__init__.py")}
    below = {path.parent.name for path in ROOT.glob("bittitan_plugin/*/__init__.py")}
    named = {short(name) for layer in ARROWS["layers"] for name in layer.split(" : ")}
    assert named == packages - {"bittitan_plugin"} | below
