"""How much memory the processes hold that are never killed."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

#: Seconds between two looks.
LOOK_S = 1.0
#: Memory is flat when the last quarter's mean is no more than this above the second's: in the
#: first one caches fill. In bytes, for allocators that keep what they once had; and as a share.
ROOM_BYTES, ROOM_SHARE = 16 * 1024 * 1024, 0.10


@dataclass
class Memory:
    """Samples of one process, in bytes, at equal distances."""

    name: str
    samples: list[int] = field(default_factory=list)

    def quarters(self) -> list[float]:
        """The mean of each quarter, in bytes; empty when there are too few samples."""
        size = len(self.samples) // 4
        return [mean(self.samples[size * n : size * (n + 1)]) for n in range(4)] if size else []

    @property
    def is_flat(self) -> bool:
        """Whether it grew no more than the room allows."""
        quarters = self.quarters()
        return not quarters or quarters[3] - quarters[1] <= ROOM_BYTES + quarters[1] * ROOM_SHARE

    def __str__(self) -> str:
        quarters = ", ".join(f"{quarter / 1024**2:.0f}" for quarter in self.quarters())
        return f"{self.name}: {quarters} MiB by quarter: {'flat' if self.is_flat else 'GROWING'}"


@contextmanager
def sampled(processes: dict[str, int]) -> Iterator[list[Memory]]:
    """Sample the resident memory of these processes while the block runs."""
    memories = [Memory(name) for name in processes]
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_S):
            for memory, process in zip(memories, processes.values(), strict=True):
                memory.samples.append(_resident(process))

    thread = threading.Thread(target=look, name="memory", daemon=True)
    thread.start()
    try:
        yield memories
    finally:
        done.set()
        thread.join()


def _resident(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
