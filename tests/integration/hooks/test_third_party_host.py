"""The host contract is enough: a platform that knows nothing else sells a licence."""

import ast
import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bittitan_hooks.specs import ENTRY_POINT_GROUP
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from tests.waiting import PATIENCE_S

HOST = Path(__file__).with_name("third_party_host.py")


def imported() -> set[str]:
    """The modules the host imports, without the standard library's."""
    found = set()
    for node in ast.walk(ast.parse(HOST.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}


def test_it_imports_the_host_contract_and_nothing_else_of_the_project() -> None:
    assert imported() == {"bittitan_hooks.specs"}


def test_the_installed_package_announces_the_plugin() -> None:
    announced = {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}
    assert announced["bittitan"] == "bittitan_hooks.plugin:plugin"


def test_it_sells_a_licence_and_is_told_of_the_delivery(
    database_url: str, sandbox: SandboxServer, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if "BITTITAN" not in name}
    environment |= {"BITTITAN_DATABASE_URL": database_url, "BITTITAN_VAR_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, HOST, sandbox.url, DEFAULT_EMAIL, DEFAULT_PASSWORD],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "plugins": ["bittitan"],
        "refusals": [0, 0],
        "outcome": "ACCEPTED",
        "delivered": [["line-1", 5]],
    }
    assert [coupon.quantity for coupon in sandbox.sandbox.ledger()] == [5]


@pytest.mark.parametrize("wrong", [{"BITTITAN_WORKER_CONCURRENCY": "none"}])
def test_a_platform_is_told_at_start_that_the_plugin_cannot_run(
    wrong: dict[str, str], tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if "BITTITAN" not in name}
    done = subprocess.run(
        [sys.executable, HOST, "http://127.0.0.1:9", "a@b.c", "x"],
        env=environment | wrong, cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode != 0
    assert "BITTITAN_WORKER_CONCURRENCY" in done.stderr
