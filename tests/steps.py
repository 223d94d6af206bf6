"""How much work something is, in lines of Python that are run: the same on every machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class TooMuch(BaseException):
    """Not an ``Exception``, so that nothing in between takes it for a failure of its own."""


@contextmanager
def at_most(steps: int) -> Iterator[None]:
    """Fails as soon as more is run inside, by this thread."""
    left, before = [steps], sys.gettrace()

    def count(_frame: FrameType, _event: str, _argument: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise TooMuch(f"more than {steps} steps")
        return count

    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)
