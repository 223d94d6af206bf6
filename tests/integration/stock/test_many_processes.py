"""Every code ends on exactly one asset, however many draw at once and are killed meanwhile."""

from pathlib import Path

import pytest

from tests.conftest import Databases
from tests.integration.stock.drawing import expected, prove


def test_processes_that_are_killed_while_they_draw_put_every_code_on_one_asset(
    postgresql_url: str,
) -> None:
    assert prove(postgresql_url, orders=150, processes=4, kills=4) == expected(150, 4)


@pytest.mark.rest
def test_one_process_on_sqlite_puts_every_code_on_one_asset(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.fresh("sqlite", tmp_path)
    assert prove(url, orders=60, processes=1, kills=1) == expected(60, 1)
