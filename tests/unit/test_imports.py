"""What importing costs: a host may import the package at its own start-up."""

import subprocess
import sys

import pytest

from tests.waiting import PATIENCE_S

HEAVY = ("strawberry", "starlette", "sqlalchemy", "dbos", "httpx", "alembic")


def loaded_by(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import bittitan_plugin", "import bittitan_hooks.specs"])
def test_neither_the_package_nor_the_host_contract_loads_anything_heavy(statement: str) -> None:
    assert loaded_by(statement).isdisjoint(HEAVY)


def test_finding_the_plugin_loads_no_graphql() -> None:
    loaded = loaded_by("from bittitan_plugin.plugin.plugin import plugin")
    assert loaded.isdisjoint({"strawberry", "starlette"})
