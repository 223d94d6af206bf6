"""Fixtures of the embedded host's tests: one database of each kind, as it was before each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from joserfc.jwk import RSAKey
from sqlalchemy import Engine
from starlette.applications import Starlette

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.platforms.shop import passwords
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.inputs import VariantInput
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema import ShopSchema, build_schema
from bittitan_plugin.platforms.shop.tables import ShopBase, SigningKeyRow, UserRow
from bittitan_plugin.platforms.shop.tokens import Tokens
from bittitan_plugin.platforms.shop.web import graphql_routes
from bittitan_plugin.store.engine import open_engine
from tests.conftest import Databases, StandingClock
from tests.in_process import InProcess, portal
from tests.integration.shop.shop import RecordingPlugin, Shop
from tests.slate import Slate
from tests.world import BEGINNING

__all__ = ["portal"]


@pytest.fixture(scope="session")
def signing_key() -> RSAKey:
    """Made once, because making one takes a while."""
    return RSAKey.generate_key(2048, private=True)


@pytest.fixture(scope="session")
def schema() -> ShopSchema:
    """The schema with the recording plugin's classes, built once because building takes a while."""
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(RecordingPlugin())
    return build_schema(plugins)


@pytest.fixture(scope="package", autouse=True)
def _cheap_cryptography() -> Iterator[None]:
    """What a password costs to guess has tests of its own, and a key is found sound but once."""
    opened: dict[str, RSAKey] = {}
    open_key = Tokens._open

    def open_once(tokens: Tokens, row: SigningKeyRow) -> RSAKey:
        if row.private_key not in opened:
            opened[row.private_key] = open_key(tokens, row)
        return opened[row.private_key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_N", 2)
        patch.setattr(Tokens, "_open", open_once)
        yield


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A database that all tests use in turn, and what it may hold when one begins."""

    engine: Engine
    cipher: Cipher
    #: Nobody and nothing but a signing key.
    bare: Slate
    license: Variant
    mug: Variant
    staff: UserRow
    customer: UserRow
    stranger: UserRow
    #: The signing key, people and goods.
    furnished: Slate

    def platform(self, clock: StandingClock) -> ShopPlatform:
        """As a process that has just started sees it."""
        return _platform(self.engine, self.cipher, clock)


@pytest.fixture(scope="session")
def ground(
    database_kind: str,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    signing_key: RSAKey,
) -> Iterator[Ground]:
    """Made once on each kind of database."""
    url = databases.fresh(database_kind, tmp_path_factory.mktemp("ground"))
    engine, cipher = open_engine(url), Cipher([generate_key()])
    platform = _platform(engine, cipher, StandingClock(BEGINNING))
    with platform.database.writing() as session:
        sealed = cipher.seal(signing_key.as_pem(private=True).decode())
        session.add(SigningKeyRow(id="test-key", private_key=sealed, created_at=BEGINNING))
    bare = Slate(engine, ShopBase.metadata)
    create, mailbox = platform.customers.create, ProductType.MAILBOX_LICENSE.label
    yield Ground(
        engine=engine,
        cipher=cipher,
        bare=bare,
        license=_variant(platform, mailbox, "BT-MAILBOX", "14.00"),
        mug=_variant(platform, "Conference mug", "MUG-1", "9.90"),
        staff=create(email="staff@example.com", staff_permissions=list(Permission)),
        customer=create(email="buyer@example.com", company="Buyer", billing_day=15),
        stranger=create(email="stranger@example.com"),
        # The last: it notes what has been made by now.
        furnished=Slate(engine, ShopBase.metadata),
    )
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def platform(request: pytest.FixtureRequest, ground: Ground, clock: StandingClock) -> ShopPlatform:
    """A platform with nobody and nothing in it but a signing key, unless the test has a shop."""
    slate = ground.furnished if "shop" in request.fixturenames else ground.bare
    slate.restore()
    return ground.platform(clock)


@pytest.fixture
def shop(
    platform: ShopPlatform,
    ground: Ground,
    clock: StandingClock,
    schema: ShopSchema,
    portal: BlockingPortal,
) -> Shop:
    """A shop with people, goods and a recording plugin."""
    plugin = RecordingPlugin()
    platform.plugin_manager.register(plugin, name="parcels")
    app = Starlette(routes=graphql_routes(platform, schema))
    return Shop(
        platform=platform,
        plugins=platform.plugin_manager,
        plugin=plugin,
        engine=ground.engine,
        clock=clock,
        http=httpx.Client(transport=InProcess(app, portal), base_url="http://shop"),
        staff=ground.staff,
        customer=ground.customer,
        stranger=ground.stranger,
        license=ground.license,
        mug=ground.mug,
    )


def _platform(engine: Engine, cipher: Cipher, clock: StandingClock) -> ShopPlatform:
    return ShopPlatform(
        engine=engine,
        cipher=cipher,
        clock=clock,
        plugins=specs.plugin_manager(load_installed=False),
        public_url="http://shop",
        demo_payments=True,
    )


def _variant(platform: ShopPlatform, name: str, sku: str, price: str) -> Variant:
    kind = platform.catalogue.create_type(name)
    record = platform.product_changes.create_product(
        name=name,
        product_type=kind.slug,
        published=True,
        variants=[VariantInput(sku=sku, name=name, prices=[(Decimal(price), "USD")])],
    )
    return record.variants[0]
