"""The expected tables, as files that people read and review."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

PERMISSIONS = Path(__file__).with_name("permissions.csv")
ROUTES = Path(__file__).with_name("routes.csv")
Table = Mapping[str, Mapping[str, str]]


def read(file: Path) -> dict[str, dict[str, str]]:
    """Outcomes by row and viewer."""
    with file.open(newline="") as lines:
        return {row.pop("what"): row for row in csv.DictReader(lines)}


def write(file: Path, table: Table, viewers: Sequence[str]) -> None:
    """Put a table into its file."""
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, ["what", *viewers], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({"what": row, **table[row]} for row in sorted(table))


def differences(expected: Table, found: Table) -> list[str]:
    """Where they do not agree, one sentence for each cell."""
    said = []
    for row in sorted(expected.keys() | found.keys()):
        wanted, got = expected.get(row, {}), found.get(row, {})
        said += [
            f"{row}: {viewer} was to get {wanted.get(viewer) or 'nothing'}, "
            f"and got {got.get(viewer) or 'nothing'}"
            for viewer in sorted(wanted.keys() | got.keys())
            if (wanted.get(viewer) or "") != (got.get(viewer) or "")
        ]
    return said
