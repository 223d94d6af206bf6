"""Databases this program may not work on: sealed with another key, newer, or never migrated."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

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


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    output: str
    errors: str


Terminal = Callable[..., Ended]


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """Where the commands run: nobody else writes to its standard error.

    In this process a thread that another test left behind may do so at any time.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def terminal(process: ProcessPoolExecutor, tmp_path: Path) -> Terminal:
    """Where commands are typed: what to run, on which database, with which keys."""
    return lambda command, url, *keys: process.submit(run, tmp_path, command, url, keys).result()


def run(folder: Path, command: str, url: str, keys: tuple[str, ...]) -> Ended:
    """Run a command as ``bittitan-plugin`` would; its process goes on, and keeps its signals."""
    os.chdir(folder)
    environment = {"BITTITAN_DATABASE_URL": url, "BITTITAN_SECRET_KEYS": ",".join(keys)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signal, "signal", lambda *_: None)
        result = CliRunner().invoke(app, command.split(), env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def refused(ended: Ended, words: str) -> None:
    """It ended with one sentence on the terminal, and nothing else."""
    assert (ended.status, ended.output, ended.errors.splitlines()[1:]) == (2, "", [])
    assert words in ended.errors


@every("command", [*MIGRATING, *OTHERS])
def test_no_command_works_on_a_database_whose_key_it_does_not_have(
    terminal: Terminal, sealed: str, command: str
) -> None:
    refused(terminal(command, sealed, NEW), "add that key to BITTITAN_SECRET_KEYS")


@every("command", [*MIGRATING, *OTHERS])
def test_no_command_works_on_a_database_of_a_newer_release(
    terminal: Terminal, newer: str, command: str
) -> None:
    refused(terminal(command, newer, OLD), "of a newer release than this program")


@every("command", OTHERS)
def test_no_command_works_on_a_database_that_was_never_migrated(
    terminal: Terminal, empty_database_url: str, command: str
) -> None:
    refused(terminal(command, empty_database_url, OLD), "run 'bittitan-plugin migrate'")


@every("command", [*MIGRATING, *OTHERS])
def test_a_database_that_is_away_is_one_sentence_too(terminal: Terminal, command: str) -> None:
    away = "postgresql://clerk:hunter2@127.0.0.1:9/books?connect_timeout=2"
    ended = terminal(command, away, OLD)
    refused(ended, "cannot be reached")
    assert "hunter2" not in ended.errors


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
    terminal: Terminal, sealed: str
) -> None:
    statuses = [
        terminal("migrate", sealed, *keys).status for keys in ([OLD], [OLD, NEW], [NEW, OLD])
    ]
    assert statuses == [0, 0, 0]


def test_after_everything_is_sealed_anew_the_new_key_alone_is_the_database_s(
    terminal: Terminal, sealed: str
) -> None:
    assert terminal("secrets rotate", sealed, NEW, OLD).status == 0
    assert terminal("migrate", sealed, NEW).status == 0
    refused(terminal("migrate", sealed, OLD), "BITTITAN_SECRET_KEYS")
