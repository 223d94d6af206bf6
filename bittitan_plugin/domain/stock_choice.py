"""Which licence packs together hold exactly what was ordered, in as few codes as possible.

Pure arithmetic on how many codes there are of each size. For every number of codes, a whole
number serves as the set of sums that can be reached: bit n is set when n licences can be.
"""

from collections.abc import Mapping

from bittitan_plugin.domain.stock import MOST_CODES

#: The most sizes considered, the largest first. Our choice: it bounds the time a choice takes.
MOST_SIZES = 64

#: By number of codes, the sums that can be reached.
_Reach = list[int]


def combine(available: Mapping[int, int], wanted: int) -> dict[int, int] | None:
    """How many codes of each size make ``wanted`` licences, or None when none do.

    ``available`` says how many codes there are of each size (in licences). The smallest number
    of codes wins; among equals the one with the larger packs, so that the answer is always the
    same. Never more licences than wanted, and never more than ``MOST_CODES`` codes.
    """
    sizes = sorted(size for size in available if 0 < size <= wanted)[-MOST_SIZES:]
    reached: list[_Reach] = [[1] + [0] * MOST_CODES]
    for size in sizes:
        copies = min(available[size], wanted // size, MOST_CODES)
        reached.append(_with(reached[-1], size, copies, wanted))
    codes = next((n for n, sums in enumerate(reached[-1]) if sums >> wanted & 1), None)
    if not codes:
        return None
    return _retrace(reached, sizes, available, wanted, codes)


def is_in_reach(available: Mapping[int, int], wanted: int) -> bool:
    """Whether ``wanted`` licences can be made of these, with any number of codes."""
    mask, sums = (1 << wanted + 1) - 1, 1
    for size, count in available.items():
        copies, pack = min(count, wanted // size), 1
        while copies:
            taken = min(pack, copies)
            sums |= sums << taken * size & mask
            copies, pack = copies - taken, pack * 2
    return bool(sums >> wanted & 1)


def _with(before: _Reach, size: int, copies: int, wanted: int) -> _Reach:
    """What can be reached with up to ``copies`` codes of ``size`` more."""
    mask, reach = (1 << wanted + 1) - 1, list(before)
    # Packs of 1, 2, 4 … codes and a rest: together they give every number up to ``copies``.
    pack = 1
    while copies:
        taken = min(pack, copies)
        reach = [
            sums | (reach[n - taken] << taken * size & mask if n >= taken else 0)
            for n, sums in enumerate(reach)
        ]
        copies, pack = copies - taken, pack * 2
    return reach


def _retrace(
    reached: list[_Reach], sizes: list[int], available: Mapping[int, int], wanted: int, codes: int
) -> dict[int, int]:
    """From the sum back to the packs, taking as many as possible of the larger ones."""
    chosen: dict[int, int] = {}
    for index in range(len(sizes), 0, -1):
        size, before = sizes[index - 1], reached[index - 1]
        most = min(available[size], wanted // size, codes)
        count = next(n for n in range(most, -1, -1) if before[codes - n] >> (wanted - n * size) & 1)
        if count:
            chosen[size] = count
        wanted, codes = wanted - count * size, codes - count
    return chosen
