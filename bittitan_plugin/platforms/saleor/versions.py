"""Which versions of Saleor the app works with, and what only newer ones have."""

import re

#: The oldest supported version; observed against 3.23. Our choice, by Saleor's support policy.
OLDEST = (3, 21)
#: The first version with widgets in the Dashboard's pages, and with problems of an app.
WIDGETS = (3, 22)
PROBLEMS = (3, 22)
#: From this version on product types cannot be marked as digital. From Saleor's pull request
#: 19512; until then the mark is only for show.
WITHOUT_DIGITAL = (3, 24)
#: The supported versions in the manifest's format.
REQUIRED = ">=3.21 <4"


def parsed(version: str) -> tuple[int, int] | None:
    """``"3.23"`` or ``"3.23.28"`` as numbers; None for anything else."""
    found = re.match(r"(\d{1,3})\.(\d{1,3})(?:\.|$)", version)
    return (int(found[1]), int(found[2])) if found else None


def is_supported(version: str) -> bool:
    """Whether the app can be installed there."""
    numbers = parsed(version)
    return numbers is not None and numbers >= OLDEST and numbers[0] == OLDEST[0]


def has_problems(version: str) -> bool:
    """Whether that Dashboard shows an app's problems."""
    numbers = parsed(version)
    return numbers is not None and numbers >= PROBLEMS


def has_digital_types(version: str) -> bool:
    """Whether product types there are marked as digital."""
    numbers = parsed(version)
    return numbers is not None and numbers < WITHOUT_DIGITAL


def has_widgets(version: str) -> bool:
    """Whether that Dashboard shows an app's widgets; older ones get a menu entry instead."""
    numbers = parsed(version)
    return numbers is not None and numbers >= WIDGETS
