"""A Saleor's signed webhook until it is durable, beside a bare route that commits one row."""

from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.platforms.saleor.pages.protocol import protocol_routes
from bittitan_plugin.platforms.saleor.settings import SaleorSettings
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.store.engine import writing_engine
from tests.benchmarks.measuring import Figure, alternating
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor import records as saleor
from tests.fakes.saleor.sending import Delivery, Sender
from tests.wired import saleors_of

ROUNDS = 200
KIND = ProductType.MAILBOX_LICENSE


def webhooks(kind: str, url: str, directory: Path) -> list[Figure]:
    """One paid order of one line as a signed ORDER_FULLY_PAID; no worker runs."""
    with ExitStack() as stack:
        server = stack.enter_context(SaleorServer())
        application = _application(url, directory, server.api_url)
        stack.callback(application.close)
        plugins = specs.plugin_manager(load_installed=False)
        plugins.register(BitTitanPlugin(application))
        routes = protocol_routes(saleors_of(application).service(plugins))
        ours = _client(stack, Starlette(routes=routes))
        bare = _client(stack, Starlette(routes=[_bare(application)]))
        sender = Sender(server.saleor, server.api_url, ours)
        sender.install()
        variant = _on_sale(application, plugins, server)
        sent = [_signed(sender, server, variant) for _ in range(ROUNDS)]

        def receive(number: int) -> None:
            if sender.post(*sent[number]).json() != {
                "message": f"Order {number + 1} is being provisioned."
            }:
                raise RuntimeError("the webhook was not accepted")

        def commit(number: int) -> None:
            bare.post("/bare", content=sent[number][1]).raise_for_status()

        seconds, floor = alternating(receive, commit, ROUNDS)
    return [
        Figure(
            name=f"signed webhook until durable, over HTTP ({kind})",
            seconds=seconds,
            floor_name="a bare route that commits one row",
            floor_seconds=floor,
        )
    ]


def _application(url: str, directory: Path, api_url: str) -> Application:
    application = build(
        Settings(
            database_url=url,
            var_dir=directory,
            secret_keys=(generate_key(),),
            log_format=LogFormat.QUIET,
        ),
        platform_settings={"saleor": SaleorSettings(allowed_urls=(api_url,))},
    )
    application.migrate()
    with application.engine.begin() as connection:
        connection.execute(text("CREATE TABLE bench_rows (at VARCHAR(40))"))
    return application


def _client(stack: ExitStack, app: Starlette) -> httpx.Client:
    origin = stack.enter_context(SaleorServer(app=app)).origin
    return stack.enter_context(httpx.Client(base_url=origin, timeout=30))


def _bare(application: Application) -> Route:
    engine = writing_engine(application.engine)

    def insert() -> None:
        with engine.begin() as connection:
            row = {"at": datetime.now(UTC).isoformat()}
            connection.execute(text("INSERT INTO bench_rows VALUES (:at)"), row)

    async def take(request: Request) -> Response:
        await request.body()
        await run_in_threadpool(insert)
        return JSONResponse({})

    return Route("/bare", take, methods=["POST"])


def _on_sale(application: Application, plugins: specs.CommercePlugins, server: SaleorServer) -> str:
    values = {
        "api_url": "http://127.0.0.1:1",
        "api_email": "bench@example.com",
        "api_password": "not used",
    }
    items = [specs.ConfigurationItem(name=name, value=value) for name, value in values.items()]
    event = specs.PluginActivated(
        installation=server.api_url, active=True, configuration=tuple(items)
    )
    plugins.hook.plugin_activated(event=event)
    there = server.saleor
    kind = saleor.ProductType("VHlwZTox", KIND.slug, KIND.label, False)
    product = saleor.Product("UHJvZHVjdDox", "Mailbox", "mailbox", kind.id)
    variant = saleor.Variant("VmFyaWFudDox", product.id, "MW-MAILBOX")
    variant.prices[next(iter(there.channels))] = Decimal("14.00")
    there.product_types[kind.id], there.products[product.id] = kind, product
    there.variants[variant.id] = variant
    app = saleors_of(application).apps.of_api_url(server.api_url)
    assert app is not None
    with application.ports.store.writing(app.installation_id) as work:
        work.products.add(
            Product(
                id=uuid4(),
                product_type=KIND,
                sku=variant.sku,
                name=product.name,
                expire_days=365,
                validity_days=365,
                variant_id=variant.id,
                published=True,
            )
        )
    return variant.id


def _signed(sender: Sender, server: SaleorServer, variant: str) -> tuple[Delivery, bytes, str]:
    order = server.saleor.pay(server.saleor.place((variant, 1, {})))
    sender.waiting.clear()
    delivery = sender.event("ORDER_FULLY_PAID", order=order.id)
    body = sender.body(delivery)
    return delivery, body, server.saleor.signing.signature(body)
