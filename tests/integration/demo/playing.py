"""Plays the demo with something wrong in it. Run as ``python -m tests.integration.demo.playing``.

In a process of its own, because the demo runs a worker and there is one per process; in one
process for all that can be wrong, because starting one takes longer than any of them.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO

from bittitan_plugin.bittitan.sandbox import Sandbox, SandboxServer
from bittitan_plugin.cli.demo import running, story
from tests.waiting import PATIENCE_S


def _refusing() -> SandboxServer:
    server = SandboxServer()
    server.sandbox.faults.add("status", operation="issue", status=422)
    return server


def _silent() -> SandboxServer:
    server = SandboxServer()
    server.sandbox.faults.add("status", operation="issue", status=503)
    return server


#: What is wrong with the vendor, by name.
VENDORS: dict[str, Callable[[], SandboxServer]] = {
    "another password": lambda: SandboxServer(sandbox=Sandbox(password="another one")),
    "issues nothing": _refusing,
    "is away": _silent,
}


@dataclass(frozen=True)
class Ended:
    """What a demo came to."""

    status: int
    output: str
    errors: str


def perform(*plays: tuple[str, bool]) -> list[Ended]:
    """The demo with each of those vendors, as JSON or not, in one process that has ended."""
    command = [sys.executable, "-m", "tests.integration.demo.playing", json.dumps(plays)]
    process = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    return [Ended(**ended) for ended in json.loads(process.stdout)]


def _play(wrong: str, as_json: bool) -> Ended:
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
        status = running.play(as_json=as_json, vendor=VENDORS[wrong])
    return Ended(status, output.getvalue(), errors.getvalue())


if __name__ == "__main__":
    story.PATIENCE_S = 1.0
    json.dump([asdict(_play(*play)) for play in json.loads(sys.argv[1])], sys.stdout)
