"""Plays the demo with something wrong in it. Run as ``python -m tests.integration.demo.stage``.

In a process of its own, because the demo runs a worker and there is one per process.
"""

import subprocess
import sys
from collections.abc import Callable

from bittitan_plugin.demo import running, story
from bittitan_plugin.vendor.sandbox import Sandbox, SandboxServer
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


def perform(wrong: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """The demo with that vendor, as a process that has ended."""
    command = [sys.executable, "-m", "tests.integration.demo.stage", wrong, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


if __name__ == "__main__":
    story.PATIENCE_S = 1.0
    vendor = VENDORS[sys.argv[1]]
    raise SystemExit(running.play(as_json="--json" in sys.argv, vendor=vendor))
