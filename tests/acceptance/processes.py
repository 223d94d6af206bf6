"""Starts the product as its users do: the installed command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.waiting import PATIENCE_S, until

COMMAND = Path(sys.executable).with_name("bittitan-plugin")


def run(
    *arguments: str, typed: str | None = None, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end with these ``BITTITAN_`` settings and no others.

    ``typed`` is its standard input.
    """
    return subprocess.run(
        [COMMAND, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment(settings),
    )


def environment(settings: dict[str, str]) -> dict[str, str]:
    """This process's environment with exactly these settings."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("BITTITAN_")}
    return {**inherited, **{f"BITTITAN_{name.upper()}": v for name, v in settings.items()}}


@contextmanager
def serving(port: int, *options: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """``serve`` on that port, ready; ended with SIGTERM if the test did not end it."""
    with started("serve", "--port", str(port), *options, **settings) as process:
        wait_until_ready(port, process)
        yield process


@contextmanager
def working(**settings: str) -> Iterator["subprocess.Popen[str]"]:
    """``worker``, at work; ended with SIGTERM if the test did not end it."""
    with started("worker", **settings) as process:
        assert process.stdout is not None
        # The pipe is the appointment: the line comes when it has begun, maybe after a warning.
        said = list(takewhile(lambda line: "working" not in line, process.stdout))
        assert process.poll() is None, "".join(said)
        yield process


@contextmanager
def started(*arguments: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that runs on; what it says goes into one pipe."""
    process = subprocess.Popen(
        [COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment({"log_format": "quiet", **settings}),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE_S)


def wait_until_ready(port: int, process: "subprocess.Popen[str]") -> None:
    """Wait for ``/readyz`` to answer 200; fail with the output when the process ends instead."""

    def is_ready() -> bool:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        return get(port, "/readyz")[0] == 200

    until(is_ready)


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body; status 0 when nobody listens."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (URLError, OSError):
        return 0, ""
