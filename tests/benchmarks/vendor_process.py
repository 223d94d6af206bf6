"""The vendor's sandbox in a process of its own: its time is neither the workers' nor the load's."""

import subprocess
import sys
from contextlib import suppress
from typing import Any

import httpx

from tests.ports import free_port
from tests.waiting import PATIENCE_S, until


class VendorProcess:
    """Runs between ``with`` and its end."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Ask its control surface."""
        answer = httpx.request(method, f"{self.url}/_sandbox{path}", json=body, timeout=PATIENCE_S)
        return answer.raise_for_status().json()

    def __enter__(self) -> "VendorProcess":
        command = "from bittitan_plugin.bittitan.sandbox.server import serve_sandbox as serve; "
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"{command}serve(port={self._port})"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers)
        return self

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            self.control("GET", "/clock")
            return True
        return False

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=PATIENCE_S)
