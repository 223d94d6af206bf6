"""Databases this program may not work on: sealed with another key, newer, or never migrated."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.cli.commands import app
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.key_proof import prove_keys
from bittitan_plugin.store.migrations import UnfitDatabase
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

OLD, NEW = generate_key(), generate_key()

#: Commands that bring a database up to date before they work on it.
MIGRATING = ["migrate", "serve", "worker", "services-definition", "reconcile"]
#: Commands that work on it as it is.
OTHERS = [
    "token --staff",
    "secrets rotate",
    "coupons list",
    "coupons report",
    "coupons import codes.csv",
    "revocations list",
    "revocations confirm 1",
    "revocations redeemed 1",
]


@pytest.fixture
def sealed(database_url: str) -> str:
    """A database that somebody began with the old key."""
    engine = open_engine(database_url)
    prove_keys(engine, Cipher([OLD]))
    engine.dispose()
    return database_url


@pytest.fixture
def newer(database_url: str) -> str:
    """A database that a later release has brought up to date."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE bittitan_migrations SET version_num = '9999'")
    engine.dispose()
    return database_url


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Where commands are typed; what they do to the process's signals is not done here."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def run(terminal: CliRunner, command: str, url: str, *keys: str) -> Result:
    environment = {"BITTITAN_DATABASE_URL": url, "BITTITAN_SECRET_KEYS": ",".join(keys)}
    return terminal.invoke(app, command.split(), env=environment)


def refused(result: Result, words: str) -> None:
    """It ended with one sentence on the terminal, and nothing else."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr


@every("command", [*MIGRATING, *OTHERS])
def test_no_command_works_on_a_database_whose_key_it_does_not_have(
    terminal: CliRunner, sealed: str, command: str
) -> None:
    refused(run(terminal, command, sealed, NEW), "add that key to BITTITAN_SECRET_KEYS")


@every("command", [*MIGRATING, *OTHERS])
def test_no_command_works_on_a_database_of_a_newer_release(
    terminal: CliRunner, newer: str, command: str
) -> None:
    refused(run(terminal, command, newer, OLD), "of a newer release than this program")


@every("command", OTHERS)
def test_no_command_works_on_a_database_that_was_never_migrated(
    terminal: CliRunner, empty_database_url: str, command: str
) -> None:
    refused(run(terminal, command, empty_database_url, OLD), "run 'bittitan-plugin migrate'")


@every("command", [*MIGRATING, *OTHERS])
def test_a_database_that_is_away_is_one_sentence_too(terminal: CliRunner, command: str) -> None:
    away = "postgresql://clerk:hunter2@127.0.0.1:9/books?connect_timeout=2"
    result = run(terminal, command, away, OLD)
    refused(result, "cannot be reached")
    assert "hunter2" not in result.stderr


@pytest.fixture
def restored(sealed: str, tmp_path: Path) -> Iterator[Application]:
    """The database of a development shop, brought back without the key beside it."""
    application = build(Settings(database_url=sealed, var_dir=tmp_path / "elsewhere"))
    yield application
    application.close()


def test_a_key_made_in_silence_does_not_begin_a_database_that_has_one(
    restored: Application,
) -> None:
    with pytest.raises(UnfitDatabase, match=r"secret\.key of BITTITAN_VAR_DIR"):
        restored.migrate()


def test_a_database_goes_on_with_its_key_wherever_in_the_list_it_stands(
    terminal: CliRunner, sealed: str
) -> None:
    statuses = [
        run(terminal, "migrate", sealed, *keys).exit_code
        for keys in ([OLD], [OLD, NEW], [NEW, OLD])
    ]
    assert statuses == [0, 0, 0]


def test_after_everything_is_sealed_anew_the_new_key_alone_is_the_database_s(
    terminal: CliRunner, sealed: str
) -> None:
    assert run(terminal, "secrets rotate", sealed, NEW, OLD).exit_code == 0
    assert run(terminal, "migrate", sealed, NEW).exit_code == 0
    refused(run(terminal, "migrate", sealed, OLD), "BITTITAN_SECRET_KEYS")
