"""Files and directories that only their owner reads: what is in them is money, even encrypted."""

import os
from contextlib import suppress
from pathlib import Path


def private_directory(path: Path) -> None:
    """Make it and whatever is missing above it, each with mode 700; what is there stays as it is.

    Raises ``OSError``.
    """
    for each in (*reversed(path.parents), path):
        each.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> None:
    """Make it, empty and with mode 600, unless it is there. Raises ``OSError``."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
