"""What importing costs: a host may import the package at its own start-up."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize(
    "folder", ["graphql/bittitan_graphql", "bittitan_plugin/platforms/shop/schema"]
)
def test_no_graphql_type_hides_that_modules_import_each_other(folder: str) -> None:
    modules = list((ROOT / folder).rglob("*.py"))
    hiding = [
        path.name
        for path in modules
        if any(way in path.read_text() for way in ("strawberry.lazy", "TYPE_CHECKING"))
    ]
    assert modules
    assert hiding == []
