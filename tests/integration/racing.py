"""Many at once: threads that start together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def at_once(times: int, action: Callable[[], T]) -> list[T]:
    """What ``action`` returned to each of as many threads."""
    ready = Barrier(times)

    def run(_number: int) -> T:
        ready.wait()
        return action()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
