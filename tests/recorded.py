"""Writes what a long run found into its page of the documentation, between two marks."""

from pathlib import Path

#: Where the pages are.
WHY = Path(__file__).parents[1] / "docs" / "why"


def record(page: Path, mark: str, found: str) -> None:
    """Put ``found`` between ``<!-- mark -->`` and ``<!-- /mark -->``, and leave the rest.

    Raises ``ValueError`` for a page without these marks.
    """
    begins, ends = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    before, opened, inside = page.read_text("utf-8").partition(begins)
    _, closed, after = inside.partition(ends)
    if not (opened and closed):
        raise ValueError(f"{page.name} has no place marked '{mark}'")
    page.write_text(f"{before}{begins}\n{found.strip()}\n\n{ends}{after}", "utf-8")
