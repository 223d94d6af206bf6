"""Writes mail to files where no server is configured: for development and a first try."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from bittitan_plugin.base.private_files import private_directory
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.mail.rendering import Renderer, identity
from bittitan_plugin.ports.mail import Notification


class FileMailer:
    """Writes each notification into ``directory`` as one ``.eml`` file that only its owner reads.

    Sending a notification again replaces its file, so there is one file for each.
    """

    def __init__(self, directory: Path, renderer: Renderer) -> None:
        self._directory = directory
        self._renderer = renderer

    def send(self, notification: Notification) -> None:
        """Write the file, whole or not at all.

        Raises ``Unavailable`` when it cannot be written, ``Rejected`` when it cannot be rendered.
        """
        content = self._renderer.render(notification).as_bytes()
        self._write(f"{notification.template}-{identity(notification)}.eml", content)

    def check(self) -> None:
        """Make sure that files can be written. Raises ``Unavailable`` when they cannot."""
        self._write(".check", b"")
        (self._directory / ".check").unlink(missing_ok=True)

    def _write(self, name: str, content: bytes) -> None:
        try:
            private_directory(self._directory)
            # Born with mode 600, because codes are money; a rename in one directory is atomic.
            handle, part = mkstemp(dir=self._directory, suffix=".part")
            try:
                with open(handle, "wb") as file:
                    file.write(content)
                os.replace(part, self._directory / name)
            except OSError:
                with suppress(OSError):
                    os.unlink(part)
                raise
        except OSError as error:
            raise Unavailable(f"Mail cannot be written to {self._directory}: {error}.") from None
