"""Each command as an operator meets it: good input, bad input, and what it says."""

import json
import re
import socket
import stat
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from typer.main import get_command

from bittitan_plugin.cli.commands import app
from tests.acceptance.processes import COMMAND, environment, get, run, serving, started
from tests.ports import free_port
from tests.waiting import PATIENCE_S

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described_in_the_reference(name: str) -> None:
    assert f"`bittitan-plugin {name}" in (DOCS / "reference" / "command-line.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    finished = run(name, "--help")
    assert finished.returncode == 0
    assert "Usage" in finished.stdout


def test_migrate_can_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        finished = run("migrate", var_dir=str(tmp_path))
        assert finished.returncode == 0, finished.stderr


def test_doctor_names_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    finished = run("doctor", "--json", var_dir=str(tmp_path))

    findings = {finding["check"]: finding for finding in json.loads(finished.stdout)}
    assert finished.returncode == 1
    assert not findings["database"]["ok"]
    assert "migrate" in findings["database"]["mend"]


def test_doctor_is_content_with_a_shop_whose_plugin_is_switched_off(tmp_path: Path) -> None:
    with serving(free_port(), var_dir=str(tmp_path)):
        pass
    finished = run("doctor", var_dir=str(tmp_path))
    assert finished.returncode == 0, finished.stdout


def test_wrong_settings_are_all_named_at_once() -> None:
    finished = run("migrate", worker_concurrency="none", environment="staging")

    assert finished.returncode == 2
    assert "BITTITAN_WORKER_CONCURRENCY" in finished.stderr
    assert "BITTITAN_ENVIRONMENT" in finished.stderr


def test_production_refuses_the_sandbox(tmp_path: Path) -> None:
    finished = run(
        "sandbox",
        environment="production",
        database_url=f"sqlite:///{tmp_path}/p.sqlite",
        secret_keys="2rVOEXZCbDbWkzKvHTY3YMk-_M5nRYFcX0GvKqPz0nE=",
    )
    assert finished.returncode == 2
    assert "production" in finished.stderr


def test_a_token_is_for_staff_or_for_a_customer_but_not_for_both(tmp_path: Path) -> None:
    assert run("token", var_dir=str(tmp_path)).returncode == 2
    assert run("token", "--staff", "--customer", "a@b.c", var_dir=str(tmp_path)).returncode == 2


def test_the_printed_schema_is_the_committed_one() -> None:
    committed = (Path(__file__).parents[2] / "graphql" / "schema.graphql").read_text()
    assert run("schema").stdout == committed, "out of date: make format"


def test_a_running_shop_says_that_it_is_alive_and_ready(tmp_path: Path) -> None:
    port = free_port()
    with serving(port, var_dir=str(tmp_path)):
        assert get(port, "/livez")[0] == 200
        assert json.loads(get(port, "/readyz")[1])["checks"] == {
            "database": "ok",
            "keys": "ok",
            "worker": "ok",
        }
        assert json.loads(get(port, "/.well-known/jwks.json")[1])["keys"] is not None
        assert get(port, "/metrics")[0] == 200


def test_a_shop_told_to_stop_ends(tmp_path: Path) -> None:
    with serving(free_port(), var_dir=str(tmp_path)) as process:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (0, -15)


def test_make_run_leaves_a_shop_with_data_tokens_and_commands_to_try(tmp_path: Path) -> None:
    port = free_port()
    with serving(port, "--demo", var_dir=str(tmp_path)) as process:
        assert process.stdout is not None
        said = ""
        while "GraphQL " not in said:
            said += process.stdout.readline()
        tokens = Path(re.findall(r"^  \. (\S+)$", said, re.MULTILINE)[0])
        kept, mode = tokens.read_text(), stat.S_IMODE(tokens.stat().st_mode)
    assert re.search(r"^export STAFF=ey\S+$", kept, re.MULTILINE)
    assert re.search(r"^export RESELLER=ey\S+$", kept, re.MULTILINE)
    assert (mode, "ey" in said) == (0o600, False)
    assert said.count("curl -s") == 3
    last = said.splitlines()[-4:]
    for line, path in zip(last, ("/shop/", "/portal/", "/admin/", "/graphql/"), strict=True):
        assert f"http://127.0.0.1:{port}{path}" in line


def test_a_token_works_on_whatever_port_the_shop_listens(tmp_path: Path) -> None:
    assert hired(tmp_path, "first@example.com").returncode == 0
    token = run("token", "--staff", var_dir=str(tmp_path)).stdout.strip()
    port = free_port()
    with serving(port, var_dir=str(tmp_path)):
        asked = Request(
            f"http://127.0.0.1:{port}/graphql/",
            b'{"query": "{ me { email } }"}',
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        with urlopen(asked, timeout=PATIENCE_S) as answer:
            assert json.load(answer)["data"] == {"me": {"email": "first@example.com"}}


def test_a_shop_without_staff_says_which_command_makes_the_first(tmp_path: Path) -> None:
    with started("serve", "--port", str(free_port()), var_dir=str(tmp_path)) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "sign in" in line)
    assert "bittitan-plugin staff create" in said


def test_the_first_member_of_staff_is_made_before_anything_was_served(tmp_path: Path) -> None:
    made = hired(tmp_path, "First@example.com")
    assert (made.returncode, "first@example.com may sign in" in made.stdout) == (0, True)
    listed = json.loads(run("staff", "list", "--json", var_dir=str(tmp_path)).stdout)
    assert [(each["e-mail"], each["disabled_since"]) for each in listed] == [
        ("first@example.com", None)
    ]


def test_whoever_is_invited_by_a_command_chooses_a_password_by_the_link_it_prints(
    tmp_path: Path,
) -> None:
    settings = {"var_dir": str(tmp_path), "public_url": "https://shop.example"}
    made = run("staff", "create", "first@example.com", "--invite", **settings)
    again = run("staff", "invite", "first@example.com", **settings)
    links = [done.stdout.splitlines()[-1] for done in (made, again)]
    assert all(link.startswith("https://shop.example/choose-password/") for link in links)
    assert links[0] != links[1]
    nobody = run("staff", "invite", "nobody@example.com", **settings)
    assert (nobody.returncode, "no member of staff" in nobody.stderr) == (2, True)


def test_staff_are_changed_and_wrong_input_ends_with_a_sentence(tmp_path: Path) -> None:
    hired(tmp_path, "first@example.com")
    hired(tmp_path, "second@example.com")

    def staff(*arguments: str) -> tuple[int, str]:
        done = run("staff", *arguments, var_dir=str(tmp_path))
        return done.returncode, done.stdout + done.stderr

    assert staff("permissions", "second@example.com", "MANAGE_ORDERS")[0] == 0
    status, said = staff("permissions", "second@example.com", "MANAGE_MONEY")
    assert (status, "MANAGE_PLUGINS" in said) == (2, True)
    status, said = staff("disable", "first@example.com")
    assert (status, "the last who may manage users" in said) == (2, True)
    status, said = staff("disable", "nobody@example.com")
    assert (status, "no member of staff" in said) == (2, True)
    assert staff("disable", "second@example.com")[0] == 0
    assert staff("enable", "second@example.com")[0] == 0


def hired(directory: Path, email: str) -> "subprocess.CompletedProcess[str]":
    """``staff create`` with a password on standard input."""
    return subprocess.run(
        [COMMAND, "staff", "create", email, "--password-stdin"],
        input="a long password\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment({"var_dir": str(directory)}),
    )


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = run("serve", "--port", str(taken.getsockname()[1]), var_dir=str(tmp_path))
    assert finished.returncode == 2
    assert "another process" in finished.stderr
