"""The demo's shop without a worker: a story in it comes as far as the order."""

from collections.abc import Iterator

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.cli.serving import open_shop
from bittitan_plugin.platforms.shop.demo_data import install_users
from tests.conftest import Databases
from tests.integration.web.conftest import Served, served


@pytest.fixture(scope="module")
def idle(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """People in it, nobody who works. Opened once for the tests of a file, which leave it so."""
    directory = tmp_path_factory.mktemp("idle")
    settings = Settings(
        database_url=databases.fresh("sqlite", directory),
        var_dir=directory,
        secret_keys=(generate_key(),),
    )
    shop = open_shop(settings)
    shop.start(run_worker=False)
    install_users(shop.platform)
    with served(shop) as running:
        yield running
