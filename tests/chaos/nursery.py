"""Gives birth to workers: a process that has imported everything once, and forks for each task.

Importing takes longer than a worker lives. Speaks JSON lines: ``{"start": task}`` answers with a
process id, ``{"wait": id}`` with the code that process ended with.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import asdict
from typing import Any

from tests.chaos.worker import Task, run

#: Longest life of a worker, in seconds; then the alarm ends it.
LONGEST_LIFE = 40


class Nursery:
    """The process, seen from the tests."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, task: Task) -> int:
        """A worker in the background; returns its process id."""
        return self._ask("start", asdict(task))

    def wait(self, worker: int) -> int:
        """How the worker ended: its exit code, or minus the signal that killed it."""
        return self._ask("wait", worker)

    def close(self) -> None:
        """No more workers."""
        self._process.communicate()

    def _ask(self, what: str, value: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({what: value}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _obey(command: dict[str, Any]) -> int:
    if "wait" in command:
        _, status = os.waitpid(command["wait"], 0)
        return os.waitstatus_to_exitcode(status)
    born = os.fork()
    if born == 0:
        _live(Task(**command["start"]))
    return born


def _live(task: Task) -> None:
    code = 1
    try:
        signal.alarm(LONGEST_LIFE)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # logs must not look like answers
        run(task)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        print(_obey(json.loads(line)), flush=True)  # noqa: T201 - the answer
