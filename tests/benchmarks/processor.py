"""Processor time by process, which a busy machine inflates less than it does the wall clock."""

import os
from collections.abc import Mapping
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """What that process has used so far, with the children it has seen end."""
    return sum(int(field) for field in _fields(pid)[11:15]) * _TICK_S


def seconds_of_family(pid: int) -> float:
    """The same, with the children that still run."""
    return seconds_of(pid) + sum(seconds_of_family(child) for child in _children(pid))


def parent_of(pid: int) -> int:
    """The process that started it."""
    return int(_fields(pid)[1])


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Seconds between two readings, by name."""
    return {name: after[name] - before[name] for name in before}


def _fields(pid: int) -> list[str]:
    """What follows the name of the program, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]
