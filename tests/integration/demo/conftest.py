"""The demo's shop without a worker: a story in it comes as far as the order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bittitan_plugin.cipher import generate_key
from bittitan_plugin.hosts.embedded.demo_data import install_users
from bittitan_plugin.serving import open_shop
from bittitan_plugin.settings import Settings
from tests.conftest import Databases
from tests.integration.web.conftest import Served, served


@pytest.fixture
def idle(databases: Databases, tmp_path: Path) -> Iterator[Served]:
    """People in it, nobody who works."""
    settings = Settings(
        database_url=databases.fresh("sqlite", tmp_path),
        var_dir=tmp_path,
        secret_keys=(generate_key(),),
    )
    shop = open_shop(settings)
    shop.start(run_worker=False)
    install_users(shop.platform)
    with served(shop) as running:
        yield running
