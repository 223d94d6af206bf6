"""Fixtures of the embedded host's tests."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from joserfc.jwk import RSAKey
from starlette.applications import Starlette

from bittitan_hooks import specs
from bittitan_plugin.cipher import Cipher, generate_key
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.hosts.embedded.catalogue import Variant
from bittitan_plugin.hosts.embedded.inputs import VariantInput
from bittitan_plugin.hosts.embedded.platform import EmbeddedPlatform
from bittitan_plugin.hosts.embedded.schema import HostSchema, build_schema
from bittitan_plugin.hosts.embedded.tables import HostBase, SigningKeyRow
from bittitan_plugin.hosts.embedded.web import graphql_routes
from bittitan_plugin.store.engine import open_engine
from tests.conftest import StandingClock
from tests.integration.embedded.shop import RecordingPlugin, Shop


@pytest.fixture(scope="session")
def signing_key() -> RSAKey:
    """Made once, because making one takes a while."""
    return RSAKey.generate_key(2048, private=True)


@pytest.fixture(scope="session")
def schema() -> HostSchema:
    """The schema with the recording plugin's classes, built once because building takes a while."""
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(RecordingPlugin())
    return build_schema(plugins)


@pytest.fixture
def platform(
    database_url: str, clock: StandingClock, signing_key: RSAKey
) -> Iterator[EmbeddedPlatform]:
    """A platform with nobody and nothing in it but a signing key."""
    engine = open_engine(database_url)
    HostBase.metadata.create_all(engine)
    cipher = Cipher([generate_key()])
    platform = EmbeddedPlatform(
        engine=engine,
        cipher=cipher,
        clock=clock,
        plugins=specs.plugin_manager(load_installed=False),
        public_url="http://shop",
    )
    with platform.database.writing() as session:
        sealed = cipher.seal(signing_key.as_pem(private=True).decode())
        session.add(SigningKeyRow(id="test-key", private_key=sealed, created_at=clock()))
    yield platform
    engine.dispose()


@pytest.fixture
def shop(platform: EmbeddedPlatform, clock: StandingClock, schema: HostSchema) -> Shop:
    """A shop with people, goods and a recording plugin."""
    plugin = RecordingPlugin()
    platform.plugin_manager.register(plugin, name="parcels")
    licenses = _product(platform, ProductType.MAILBOX_LICENSE.label, "BT-MAILBOX", "14.00")
    mugs = _product(platform, "Conference mug", "MUG-1", "9.90")
    customers = platform.customers
    plugin.events.clear()
    return Shop(
        platform=platform,
        plugins=platform.plugin_manager,
        plugin=plugin,
        engine=platform.database.engine,
        clock=clock,
        app=Starlette(routes=graphql_routes(platform, schema)),
        staff=customers.create(email="staff@example.com", staff_permissions=list(Permission)),
        customer=customers.create(email="buyer@example.com", company="Buyer", billing_day=15),
        stranger=customers.create(email="stranger@example.com"),
        license=licenses,
        mug=mugs,
    )


def _product(platform: EmbeddedPlatform, name: str, sku: str, price: str) -> Variant:
    kind = platform.catalogue.create_type(name)
    record = platform.merchandising.create_product(
        name=name,
        product_type=kind.slug,
        published=True,
        variants=[VariantInput(sku=sku, name=name, prices=[(Decimal(price), "USD")])],
    )
    return record.variants[0]
