"""The one rule of the house about size that no tool of ours has: files stay short."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 500


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text().splitlines())
        for folder in ("bittitan_plugin", "graphql", "hooks", "tests")
        for path in (ROOT / folder).rglob("*.py")
        # Revisions are written by Alembic, not by us.
        if path.parent.name != "versions"
    }
    too_long = [f"{path} has {lines} lines" for path, lines in lengths.items() if lines > LONGEST]
    assert not too_long, "\n".join(too_long)
