"""What a host waits for: importing the package, and the server saying that it is ready."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

from tests.benchmarks.measuring import Figure, alternating


def importing() -> Figure:
    """Importing the package, beside starting Python with nothing to do."""

    ours, bare = alternating(
        lambda _: _python("import bittitan_plugin"), lambda _: _python("pass"), 9
    )
    return Figure(
        name="import bittitan_plugin (whole process)",
        seconds=ours,
        floor_name="python -c pass",
        floor_seconds=bare,
        limit=0.3,
    )


def serving(port: int = 8765) -> Figure:
    """From starting ``serve`` to ``/readyz`` answering 200, on a new database."""
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "BITTITAN_VAR_DIR": directory}
        started = perf_counter()
        command = [str(Path(sys.executable).with_name("bittitan-plugin")), "serve", "--port"]
        server = subprocess.Popen(
            [*command, str(port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", server)
            taken = perf_counter() - started
        finally:
            server.terminate()
            server.wait(20)
    bare, _ = alternating(lambda _: _python("import dbos, strawberry"), lambda _: None, 3)
    return Figure(
        name="serve until /readyz (new database)",
        seconds=taken,
        floor_name="importing the engine and Strawberry",
        floor_seconds=bare,
        limit=3.0,
    )


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(1000):
        if server.poll() is not None:
            raise RuntimeError(f"serve ended with status {server.returncode}")
        try:
            with urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            sleep(0.01)
    raise RuntimeError("serve did not become ready")
