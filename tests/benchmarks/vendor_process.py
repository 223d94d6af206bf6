"""The vendor's sandbox in a process of its own: its time is neither the workers' nor the load's."""

import socket
import subprocess
import sys
from time import monotonic, sleep
from typing import Any

import httpx

#: Seconds it may take to start.
PATIENCE_S = 30.0


class VendorProcess:
    """Runs between ``with`` and its end."""

    def __init__(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self._port: int = listener.getsockname()[1]
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
        command = "from bittitan_plugin.vendor.sandbox.server import serve_sandbox as serve; "
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"{command}serve(port={self._port})"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = monotonic() + PATIENCE_S
        while True:
            try:
                self.control("GET", "/clock")
            except httpx.TransportError:
                if monotonic() > end:
                    raise
                sleep(0.05)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=PATIENCE_S)
