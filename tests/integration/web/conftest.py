"""Shops as ``serve`` runs them without a worker, each on a database of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Environment, Settings
from bittitan_plugin.cli.serving import Shop, open_shop, server_of
from bittitan_plugin.plugin.asgi import create_app
from tests.conftest import Databases
from tests.in_process import InProcess, portal
from tests.waiting import PATIENCE_S, until

__all__ = ["portal"]


@dataclass
class Served:
    """A shop and a client that reaches it over HTTP."""

    shop: Shop
    http: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def ask(self, document: str, **headers: str) -> httpx.Response:
        """A GraphQL request."""
        return self.http.post("/graphql/", json={"query": document}, headers=headers)


Serve = Callable[..., Served]


@contextmanager
def served(shop: Shop) -> Iterator[Served]:
    """The shop's web application in a thread; the shop is stopped with it."""
    server = server_of(shop, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            yield Served(shop, client)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def _directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shops")


@pytest.fixture(scope="module")
def serve(databases: Databases, _directory: Path) -> Iterator[Serve]:
    """Serves shops for this file's tests; unless one names another database, on fresh SQLite."""
    with ExitStack() as stack:

        def start(database_url: str = "", environment: str = "development") -> Served:
            settings = _settings(databases, _directory, database_url, environment)
            return stack.enter_context(served(open_shop(settings)))

        yield start


@pytest.fixture
def watch(
    databases: Databases,
    _directory: Path,
    portal: BlockingPortal,
) -> Iterator[Serve]:
    """Of a shop only what its operator watches, without a socket."""
    with ExitStack() as stack:

        def start(database_url: str = "") -> Served:
            shop = open_shop(_settings(databases, _directory, database_url))
            stack.callback(shop.stop)
            transport = InProcess(create_app(shop.application, (), shop.stop), portal)
            http = httpx.Client(transport=transport, base_url="http://shop")
            return Served(shop, stack.enter_context(http))

        yield start


def _settings(
    databases: Databases, directory: Path, database_url: str, environment: str = "development"
) -> Settings:
    return Settings(
        database_url=database_url or databases.fresh("sqlite", directory),
        var_dir=directory,
        secret_keys=(generate_key(),),
        environment=Environment(environment),
        demo_payments=environment == Environment.DEVELOPMENT,
    )
