"""``serve --demo``: what it prints can be used as it stands, in a shell, while the shop runs."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.people import Person
from tests.acceptance.processes import get, serving, started
from tests.ports import free_port
from tests.waiting import PATIENCE_S, until


@dataclass
class DemoShop:
    """A running demo shop and every line it printed, the last of them its addresses."""

    port: int
    said: str

    def token(self, name: str) -> str:
        """The token on its ``export`` line, in the file that is named."""
        named = re.search(r"^  \. (\S+)$", self.said, re.MULTILINE)
        assert named is not None, self.said
        found = re.search(rf"export {name}=(\S+)", Path(named[1]).read_text())
        assert found is not None
        return found[1]

    @property
    def commands(self) -> list[str]:
        return [line.strip() for line in self.said.splitlines() if line.strip().startswith("curl")]

    def try_out(self, command: str) -> Any:
        """What the command answers in a shell that was given the two export lines."""
        tokens = {name: self.token(name) for name in ("STAFF", "RESELLER")}
        ended = subprocess.run(
            ["sh", "-c", command],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
            env={"PATH": os.environ["PATH"], **tokens},
        )
        return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    """Open for the tests of this file."""
    port, directory = free_port(), tmp_path_factory.mktemp("demo-shop")
    with serving(port, "--demo", var_dir=str(directory)) as process:
        assert process.stdout is not None
        said = ""
        for line in iter(process.stdout.readline, ""):
            said += line
            if line.strip().startswith("GraphQL "):
                break
        yield DemoShop(port, said)


@pytest.fixture(scope="module")
def shell(demo_shop: DemoShop) -> DemoShop:
    """The shop, where its commands can be tried."""
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    return demo_shop


def test_it_says_where_the_shop_is(demo_shop: DemoShop) -> None:
    *_, last = demo_shop.said.splitlines()
    assert last.split() == ["GraphQL", f"http://127.0.0.1:{demo_shop.port}/graphql/"]


def test_it_says_where_the_mail_is_written(demo_shop: DemoShop) -> None:
    directory = re.search(r"Mail is written to (\S+)\.\n", demo_shop.said)
    assert directory is not None
    assert list(Path(directory[1]).glob("welcome-*.eml"))


def test_the_resellers_token_lists_its_licenses(demo_shop: DemoShop) -> None:
    reseller = Person(demo_shop.port, demo_shop.token("RESELLER"))

    def names() -> list[str] | None:
        edges = reseller.ask("licenses/my-licenses.graphql")["edges"]
        found = sorted(edge["node"]["friendlyName"] for edge in edges)
        return found if len(found) == 2 else None

    assert until(names) == ["Fabrikam mail move", "Left to try things on"]


def test_the_staff_token_may_do_what_staff_do(demo_shop: DemoShop) -> None:
    staff = Person(demo_shop.port, demo_shop.token("STAFF"))
    assert staff.ask("staff/assets.graphql", first=5)["edges"]


def test_the_resellers_token_may_not_do_what_staff_do(demo_shop: DemoShop) -> None:
    reseller = Person(demo_shop.port, demo_shop.token("RESELLER"))
    with pytest.raises(AssertionError, match="PermissionDenied"):
        reseller.ask("{ plugins { id } }")


def test_it_prints_three_commands(demo_shop: DemoShop) -> None:
    assert len(demo_shop.commands) == 3


def test_the_first_command_lists_the_resellers_licenses(shell: DemoShop) -> None:
    answer = shell.try_out(shell.commands[0])
    names = [edge["node"]["friendlyName"] for edge in answer["data"]["bittitanAssets"]["edges"]]
    assert "Fabrikam mail move" in names


def test_the_second_command_shows_that_the_plugin_is_on(shell: DemoShop) -> None:
    answer = shell.try_out(shell.commands[1])
    assert "errors" not in answer, answer
    (plugin,) = answer["data"]["plugins"]
    assert plugin["globalConfiguration"] == {"active": True}


def test_the_third_command_shows_that_the_shop_is_ready(shell: DemoShop) -> None:
    assert shell.try_out(shell.commands[2])["status"] == "ok"


def test_the_vendor_of_the_shop_stays_there_to_try_things_on(demo_shop: DemoShop) -> None:
    found = re.search(r"signing in at http://127\.0\.0\.1:(\d+)", demo_shop.said)
    assert found is not None
    status, ledger = get(int(found[1]), "/_sandbox/ledger")
    assert (status, "AVAILABLE" in ledger) == (200, True)


def test_a_taken_port_is_said_at_once(demo_shop: DemoShop, tmp_path: Path) -> None:
    settings = {"var_dir": str(tmp_path)}
    with started("serve", "--demo", "--port", str(demo_shop.port), **settings) as second:
        said, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode != 0
    assert "address already in use" in said
