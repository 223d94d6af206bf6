"""A platform that nobody here knows by name plugs in, and has a back office and a portal."""

from collections.abc import Iterator

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import inspect
from starlette.applications import Starlette

from bittitan_hooks import specs
from bittitan_plugin.base.settings import InvalidSettings, load_settings
from bittitan_plugin.domain.errors import NotServedHere
from bittitan_plugin.platforms import registry
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.web.browser import page_routes
from bittitan_plugin.web.site import Site
from tests.fakes.host import FakePlatform, line
from tests.in_process import InProcess
from tests.integration.hooks import acme
from tests.integration.portal.browsing import Visitor
from tests.world import Shop, order_value


@pytest.fixture
def _acme_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    acme.install(monkeypatch, "acme", f"{acme.__name__}:kind")


@pytest.fixture
def application(_acme_is_installed: None, shop: Shop) -> Iterator[Application]:
    application = build(shop.world.application.settings)
    yield application
    application.close()


@pytest.fixture
def connection(application: Application) -> acme.AcmeConnection:
    connection = application.connections["acme"]
    assert isinstance(connection, acme.AcmeConnection)
    return connection


def test_its_installations_are_found_by_itself(
    application: Application, connection: acme.AcmeConnection, shop: Shop
) -> None:
    with pytest.raises(NotServedHere):
        application.ports.platforms.of(shop.id)
    connection.hosts[shop.id] = platform = FakePlatform()
    assert application.ports.platforms.of(shop.id) is platform


def test_a_worker_does_its_chores(
    application: Application, connection: acme.AcmeConnection
) -> None:
    for chore in application.chores():
        if chore.__name__.startswith("acme."):
            chore()
    assert connection.looked == 1


def test_it_may_tell_the_plugin_of_what_no_hook_was_fired_for(
    connection: acme.AcmeConnection, shop: Shop
) -> None:
    event = specs.OrderUpdated(installation=shop.key, order=order_value(shop.host.place(line())))
    [outcome] = connection.wiring.plugins.hook.order_updated(event=event)
    assert outcome.status is specs.OutcomeStatus.ACCEPTED


def test_its_addresses_are_served(connection: acme.AcmeConnection) -> None:
    plugins = specs.plugin_manager(load_installed=False)
    routes = connection.routes(plugins, development=False, graphql=Starlette())
    with start_blocking_portal() as portal:
        client = httpx.Client(transport=InProcess(Starlette(routes=routes), portal))
        assert client.get("http://shop.example/acme").text == "hello"


@pytest.mark.usefixtures("_acme_is_installed")
def test_its_tables_are_known_to_migrations_and_to_the_change_of_keys() -> None:
    assert acme.TABLES in registry.platform_tables()


def test_its_tables_are_made_with_all_others(application: Application) -> None:
    assert not inspect(application.engine).has_table("acme_shops")
    application.migrate()
    try:
        assert inspect(application.engine).has_table("acme_shops")
        assert application.platform_faults == {}
    finally:
        acme.TABLES.drop_all(application.engine)


def test_its_settings_are_checked_with_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITTITAN_ACME_GREETING", "good morning")
    monkeypatch.setenv("BITTITAN_PUBLIC_URL", "nowhere")
    with pytest.raises(InvalidSettings, match="BITTITAN_PUBLIC_URL"):
        load_settings(acme.AcmeSettings)
    assert acme.AcmeSettings().greeting == "good morning"


@pytest.mark.parametrize(
    ("who", "address"), [("staff", "/admin/assets/list"), ("buyer", "/portal/")]
)
def test_it_gets_the_back_office_and_the_portal(shop: Shop, who: str, address: str) -> None:
    application = shop.world.application
    pages = acme.AcmePages(shop.key)
    site = Site(application.ports, application.settings, application.engine, pages)
    visitor = Visitor(Starlette(routes=page_routes(site)), site, None)
    form = visitor.open("/sign-in").form("/sign-in")
    visitor.send(form, email=f"{who}@acme.example", password=acme.PASSWORD)
    page = visitor.open(address)
    assert (page.status, page.path) == (200, address)
