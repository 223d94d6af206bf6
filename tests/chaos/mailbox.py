"""The mail server: takes every message and writes down whose it is, before it says so."""

import json
import os
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Clerk:
    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content)
        entry = {"id": message["Message-ID"], "to": envelope.rcpt_tos}
        os.write(self._file, json.dumps(entry).encode() + b"\n")
        return "250 OK"


def serve(port: int, file: Path) -> None:
    """Take mail until killed."""
    import asyncio

    async def run() -> None:
        controller: Any = UnthreadedController(_Clerk(file), hostname="127.0.0.1", port=port)
        controller.loop = asyncio.get_running_loop()
        server = await controller._create_server()
        await server.serve_forever()

    asyncio.run(run())


def messages(file: Path) -> Counter[str]:
    """How often each message was delivered, by its Message-ID without the domain."""
    if not file.exists():
        return Counter()
    entries = (json.loads(line) for line in file.read_text().splitlines())
    return Counter(entry["id"].strip("<>").partition("@")[0] for entry in entries)
