"""The short form of ``make fuzz``: see docs/why/security.md for the long one."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.security.fuzzing.__main__ import attacks

#: Of the long form.
SHARE = 0.01


@pytest.fixture
def quiet() -> Iterator[None]:
    """What is refused is logged by the thousand; the rest of the suite shall log as before."""
    logger = logging.getLogger("strawberry.execution")
    before, configured = logger.level, structlog.get_config()
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)
    structlog.configure(**configured)


@pytest.mark.usefixtures("quiet")
def test_nothing_that_is_sent_breaks_anything_or_changes_what_it_may_not(tmp_path: Path) -> None:
    tallies = list(attacks(seed=7, share=SHARE, directory=tmp_path))
    faults = [fault for tally in tallies for fault in tally.faults]
    assert not faults, "\n".join(faults)
    assert [tally.attempts for tally in tallies] == [50, 50, 50, 50, 20, 50, 200, 50, 50]
