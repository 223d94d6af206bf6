"""A store on a database of either kind, with two installations in it for each test.

The database is shared: making one costs more than most tests. Tests stay apart by installation.
"""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.unit_of_work import Store
from tests.conftest import Databases
from tests.fakes.values import NOON, account, product, sold_asset

STAFF = Actor(ActorKind.STAFF, "staff@example.com")


class NoQueue:
    """Where nothing is ever handed in."""

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        raise NotImplementedError

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        raise NotImplementedError


@pytest.fixture(scope="session")
def shared_engine(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    url = databases.fresh(database_kind, tmp_path_factory.mktemp("store"))
    engine = open_engine(url)
    yield engine
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def store(shared_engine: Engine) -> Store:
    return Store(shared_engine, NoQueue())


def opened(store: Store, key: str) -> UUID:
    """The id of the installation with that key."""
    with store.installations() as installations:
        return installations.open(key, NOON).id


@pytest.fixture
def installation(store: Store) -> UUID:
    """The installation a test works in."""
    return opened(store, f"ours-{uuid4()}")


@pytest.fixture
def elsewhere(store: Store) -> UUID:
    """Another distributor's installation in the same database."""
    return opened(store, f"theirs-{uuid4()}")


def stock(store: Store, installation: UUID, **values: object) -> tuple[Account, Product, Asset]:
    """An account, a product and an asset of the one for the other; ``values`` are the asset's."""
    buyer, sold = account(customer_id="customer-1"), product(variant_id="variant-1")
    asset = sold_asset(account_id=buyer.id, product_id=sold.id, **values)
    with store.writing(installation) as work:
        work.accounts.add(buyer)
        work.products.add(sold)
        work.assets.add(asset, STAFF, NOON)
    return buyer, sold, asset


@pytest.fixture
def asset(store: Store, installation: UUID) -> Asset:
    """An asset with a coupon, stored."""
    return stock(store, installation)[2]


class Changed(Exception):
    """Raised by tests to abandon what they did."""
