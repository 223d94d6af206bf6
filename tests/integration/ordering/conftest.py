"""The shop of these tests: one per test process and database, with new people in each test."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.cli.serving import site_of
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.platforms.shop.web import graphql_routes
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.web.site import Site
from tests.by_hand import Backlog, ShopByHand, without_engine
from tests.integration.ordering.storefront import Storefront, person, put_on_sale, staff_of
from tests.world import Shop, World


@pytest.fixture(scope="session")
def plugin(idle: tuple[World, Backlog]) -> World:
    """Without its engine; ``running.py`` has the one with it."""
    world, _ = idle
    return world


@pytest.fixture(scope="session")
def embedded(plugin: World) -> tuple[ShopPlatform, Starlette]:
    """The platform beside the plugin, in one database, as ``serving.py`` wires them."""
    application = plugin.application

    def zone() -> ZoneInfo:
        id_ = application.attach(INSTALLATION, platform.host)
        return get_installation(Tenant(application.ports, id_)).configuration.zone

    platform = ShopPlatform(
        engine=application.engine,
        cipher=application.ports.cipher,
        clock=plugin.clock,
        plugins=plugin.plugins,
        public_url="http://shop",
        demo_payments=True,
        zone=zone,
    )
    return platform, Starlette(routes=graphql_routes(platform, build_schema(plugin.plugins)))


@pytest.fixture(scope="session")
def site(plugin: World, embedded: tuple[ShopPlatform, Starlette]) -> Site:
    """What pages stand on: once, so that templates are read and routes are made once."""
    platform, _ = embedded
    return site_of(plugin.application, platform)


@pytest.fixture
def seller(
    idle_world: World,
    idle: tuple[World, Backlog],
    embedded: tuple[ShopPlatform, Starlette],
    sandbox: SandboxServer,
) -> ShopByHand:
    """The plugin at that platform, whose durable work is done as soon as a test settles."""
    platform, _ = embedded
    id_ = idle_world.application.attach(INSTALLATION, platform.host)
    return without_engine(idle, sandbox, INSTALLATION, id_, platform.host)  # type: ignore[arg-type]


@pytest.fixture
def storefront(
    seller: Shop, embedded: tuple[ShopPlatform, Starlette], sandbox: SandboxServer
) -> Iterator[Storefront]:
    """Switched on, with one licence on sale for dollars."""
    platform, app = embedded
    seller.configure(
        api_url=sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=DEFAULT_PASSWORD,
        synchronize_automatically="true",
        provision_on="FULLY_PAID",
        time_zone="Europe/Athens",
    )
    made = Storefront(
        shop=seller,
        platform=platform,
        app=app,
        staff=staff_of(platform),
        reseller=person(platform, "reseller", billing_day=15),
        stranger=person(platform, "stranger"),
        product=put_on_sale(platform),
    )
    yield made
    seller.configure()
    platform.product_changes.delete_product(made.product.row.id)
