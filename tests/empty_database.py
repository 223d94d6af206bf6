"""Databases with nothing in them, as an operator prepares them: for how tables come to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Databases

KINDS = ("sqlite", "postgresql")


@contextmanager
def empty_database(kind: str, directory: Path) -> Iterator[str]:
    """The address of a new database of that kind, which is gone afterwards."""
    databases = Databases(directory)
    url = databases.empty(kind, directory)
    try:
        yield url
    finally:
        databases.drop(url)
