"""One market per test, once on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bittitan_hooks import specs
from bittitan_plugin.bootstrap import build
from bittitan_plugin.cipher import generate_key
from bittitan_plugin.settings import Settings
from bittitan_plugin.vendor.sandbox import SandboxServer
from tests.conftest import Databases, StandingClock
from tests.fakes.mail import RecordingMailer
from tests.impatience import impatient_vendors
from tests.integration.catalogue.market import Market, open_market


def _open(
    url: str, directory: Path, clock: StandingClock, sandbox: SandboxServer
) -> Iterator[Market]:
    settings = Settings(database_url=url, var_dir=directory, secret_keys=(generate_key(),))
    application = build(
        settings,
        clock=clock,
        mailer=RecordingMailer(),
        vendors=impatient_vendors,
    )
    yield open_market(application, specs.plugin_manager(load_installed=False), sandbox)
    application.close()


@pytest.fixture
def market(
    database_url: str, tmp_path: Path, clock: StandingClock, sandbox: SandboxServer
) -> Iterator[Market]:
    """On SQLite, then on PostgreSQL."""
    yield from _open(database_url, tmp_path, clock, sandbox)


@pytest.fixture
def market_on_sqlite(
    databases: Databases, tmp_path: Path, clock: StandingClock, sandbox: SandboxServer
) -> Iterator[Market]:
    """On SQLite, where the database decides nothing."""
    yield from _open(databases.fresh("sqlite", tmp_path), tmp_path, clock, sandbox)
