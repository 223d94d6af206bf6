"""10,000 articles from the vendor's list into shop and plugin, beside bare inserts of the rows."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.bittitan.sandbox import (
    DEFAULT_EMAIL,
    DEFAULT_PASSWORD,
    SandboxServer,
    large_catalogue,
)
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.engine import BEGIN_OPTION
from bittitan_plugin.store.mapping import product_values
from bittitan_plugin.store.tables import PriceRow, ProductRow
from tests.benchmarks.measuring import Figure

ARTICLES = 10_000
_ACTOR = Actor(ActorKind.STAFF, "bench")

Row = dict[str, Any]


def importing_articles(kind: str, url: str, directory: Path) -> list[Figure]:
    """The first run, which imports everything, and the second, which changes nothing."""
    settings = Settings(
        database_url=url,
        var_dir=directory,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
    )
    application = build(settings)
    application.migrate()
    with SandboxServer() as server:
        server.sandbox.products[:] = large_catalogue(ARTICLES)
        installation = _attach(application, server.url)

        def fetch() -> None:
            done = services_definition.fetch(Tenant(application.ports, installation), _ACTOR)
            if done.rows != ARTICLES or done.skipped_count:
                raise RuntimeError(f"imported {done}")

        first, second = _seconds(fetch), _seconds(fetch)
    products, prices = _bare_rows(application)
    floor = _seconds(lambda: _insert(application, products, prices))
    application.close()
    return [
        Figure(
            name=f"{what}: {ARTICLES / seconds:,.0f} rows/s ({kind})",
            seconds=seconds,
            floor_name=f"bare bulk insert: {ARTICLES / floor:,.0f} rows/s",
            floor_seconds=floor,
        )
        for what, seconds in (("import 10,000 articles", first), ("and once more", second))
    ]


def _attach(application: Application, vendor_url: str) -> UUID:
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin(application))
    ports = application.ports
    platform = ShopPlatform(
        engine=application.engine,
        cipher=ports.cipher,
        clock=ports.clock,
        plugins=plugins,
        public_url="http://bench",
        demo_payments=True,
    )
    installation_id = application.attach("default", platform.host)
    values = {
        "api_url": vendor_url,
        "api_email": DEFAULT_EMAIL,
        "api_password": DEFAULT_PASSWORD,
    }
    plugins.hook.plugin_activated(
        event=specs.PluginActivated(
            active=True,
            configuration=tuple(
                specs.ConfigurationItem(name=name, value=value) for name, value in values.items()
            ),
        )
    )
    return installation_id


def _bare_rows(application: Application) -> tuple[list[Row], list[Row]]:
    """The same product and price rows once more, for another installation."""
    ports = application.ports
    with ports.store.installations() as installations:
        other = installations.open("floor", ports.clock())
        (ours,) = [each for each in installations.all() if each.key == "default"]
    with ports.store.reading(ours.id) as work:
        known = work.products.all()
    products: list[Row] = []
    prices: list[Row] = []
    for product in known:
        key = uuid4()
        products.append({**product_values(product), "id": key, "installation_id": other.id})
        prices += [
            {"product_id": key, "currency": price.currency, "amount": price.amount}
            for price in product.prices.values()
        ]
    return products, prices


def _insert(application: Application, products: list[Row], prices: list[Row]) -> None:
    with Session(application.engine) as session, session.begin():
        session.connection(execution_options={BEGIN_OPTION: "BEGIN IMMEDIATE"})
        session.execute(insert(ProductRow), products)
        session.execute(insert(PriceRow), prices)


def _seconds(action: Callable[[], None]) -> float:
    started = perf_counter()
    action()
    return perf_counter() - started
