"""A shop as ``serve`` runs it without a worker, on a real socket and a database of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bittitan_plugin.cipher import generate_key
from bittitan_plugin.serving import Shop, open_shop, server_of
from bittitan_plugin.settings import Environment, Settings
from tests.conftest import Databases
from tests.waiting import PATIENCE_S, until


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
        until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            yield Served(shop, client)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def serve(databases: Databases, tmp_path: Path) -> Iterator[Serve]:
    """Serves shops; unless a test names another database, on fresh SQLite."""
    with ExitStack() as stack:

        def start(database_url: str = "", environment: str = "development") -> Served:
            settings = Settings(
                database_url=database_url or databases.fresh("sqlite", tmp_path),
                var_dir=tmp_path,
                secret_keys=(generate_key(),),
                environment=Environment(environment),
            )
            return stack.enter_context(served(open_shop(settings)))

        yield start
