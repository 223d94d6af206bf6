"""The wheel that is released holds everything that the code reads."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
#: Where the wheel has what lies elsewhere in the repository.
MOVED = {
    "bittitan_plugin/": "bittitan_plugin/",
    "graphql/bittitan_graphql/": "bittitan_graphql/",
    "hooks/bittitan_hooks/": "bittitan_hooks/",
    "graphql/operations/": "bittitan_plugin/platforms/shop/operations/",
    "plugin.toml": "bittitan_plugin/base/plugin.toml",
}


def output_of(*command: str) -> str:
    # Only what builds the wheel, as the lock has it; nothing the wheel needs is installed.
    environment = {**os.environ, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        check=True,
        stdout=subprocess.PIPE,
        timeout=PATIENCE_S,
    ).stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    output_of(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), ".")
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_packages_with_their_pages_and_what_lies_beside_them(
    packed: set[str],
) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: nothing says which files belong to it")
    held = set(output_of("git", "ls-files", *MOVED).split())
    expected = {
        to + path.removeprefix(here)
        for here, to in MOVED.items()
        for path in held
        if path.startswith(here)
    }
    assert packed == expected
