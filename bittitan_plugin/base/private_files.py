"""Makes files and directories that only their owner can read: they hold codes, which are money."""

import os
from contextlib import suppress
from pathlib import Path


def private_directory(path: Path) -> None:
    """Make it and its missing parents, each with mode 700; existing ones are not changed.

    Raises ``OSError``.
    """
    for each in (*reversed(path.parents), path):
        each.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> None:
    """Make it, empty and with mode 600, unless it exists. Raises ``OSError``."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
