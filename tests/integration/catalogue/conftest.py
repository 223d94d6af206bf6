"""One wiring on each kind of database serves all markets; each begins with nothing in it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, String, cast, update

from bittitan_hooks import specs
from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.platforms.shop.tables import ShopBase
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.store.engine import writing_engine
from bittitan_plugin.store.tables import InstallationRow
from tests.conftest import Databases
from tests.integration.catalogue.market import Market, open_market
from tests.slate import Slate
from tests.world import wired


@pytest.fixture(scope="session")
def plain(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Application]:
    """The plugin without a worker, on a database of its own."""
    with wired(databases, database_kind, tmp_path_factory.mktemp("market")) as world:
        yield world.application


@pytest.fixture(scope="session")
def unused(plain: Application) -> Slate:
    """The platform's tables before anybody has used it."""
    return Slate(plain.engine, ShopBase.metadata)


@pytest.fixture
def market(plain: Application, unused: Slate, sandbox: SandboxServer) -> Market:
    """A platform and a plugin that nobody has used before."""
    unused.restore()
    _forget_installations(plain.engine)
    return open_market(plain, specs.plugin_manager(load_installed=False), sandbox)


def _forget_installations(engine: Engine) -> None:
    """What the plugin remembers is another shop's from now on.

    Not deleted: the history of assets is only ever added to.
    """
    with writing_engine(engine).begin() as connection:
        connection.execute(update(InstallationRow).values(key=cast(InstallationRow.id, String)))
