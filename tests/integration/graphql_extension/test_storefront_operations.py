"""A storefront's way through the embedded shop, with the ready-made operations and no other."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.platforms.shop.demo_data import CUSTOMER_EMAIL, DEMO_PASSWORD, install_demo
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.platforms.shop.web import graphql_routes
from bittitan_plugin.store.engine import open_engine
from tests.conftest import Databases, StandingClock
from tests.integration.graphql_extension.operations import load, operation_files
from tests.integration.graphql_extension.platform import open_platform


class OnlyGraphQL:
    """A plugin that extends the schema and takes no part in orders."""

    def __init__(self, extension: specs.GraphQLExtension) -> None:
        self._extension = extension

    @specs.hookimpl
    def graphql_extension(self) -> specs.GraphQLExtension:
        return self._extension


class Storefront:
    """Sends operations over HTTP and remembers which."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.token: str | None = None
        self.executed: set[str] = set()

    def send(self, name: str, **variables: Any) -> Any:
        self.executed.add(name)
        answer = asyncio.run(self._post({"query": load(name), "variables": variables}))
        assert "errors" not in answer, answer["errors"]
        (field,) = answer["data"].values()
        assert not (isinstance(field, dict) and field.get("errors")), field
        return field

    async def _post(self, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            response = await client.post("/graphql/", json=body, headers=headers)
            return response.json()


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own: there can be one demo in it."""
    engine = open_engine(databases.fresh("sqlite", tmp_path))
    yield engine
    engine.dispose()


@pytest.fixture
def storefront(engine: Engine, clock: StandingClock) -> Storefront:
    platform, plugins = open_platform(engine, clock), specs.plugin_manager(load_installed=False)
    plugins.register(OnlyGraphQL(platform.extension))
    shop = ShopPlatform(
        engine=engine,
        cipher=Cipher([generate_key()]),
        clock=clock,
        plugins=plugins,
        public_url="http://shop",
        demo_payments=True,
    )
    install_demo(shop)
    routes = graphql_routes(shop, build_schema(plugins), graphiql=False)
    return Storefront(Starlette(routes=routes))


def test_a_storefront_buys_licences_with_the_ready_made_operations(
    storefront: Storefront,
) -> None:
    signed_in = storefront.send(
        "storefront/sign-in.graphql", email=CUSTOMER_EMAIL, password=DEMO_PASSWORD
    )
    storefront.token = signed_in["token"]
    products = storefront.send("storefront/products.graphql")
    variant_id = products["edges"][0]["node"]["variants"][0]["id"]
    lines = [{"variantId": variant_id, "quantity": 25}]
    for_someone = [{"key": "bittitan.end_customer_email", "value": "it@fabrikam.example"}]
    checkout = storefront.send("storefront/checkout-create.graphql", lines=lines)["checkout"]
    storefront.send(
        "storefront/checkout-add-lines.graphql",
        id=checkout["id"],
        lines=[{**lines[0], "metadata": for_someone}],
    )
    order = storefront.send("storefront/checkout-complete.graphql", id=checkout["id"])["order"]
    assert order["number"]
    assert ["/invoices/" in invoice["url"] for invoice in order["invoices"]] == [True]
    assert storefront.executed == set(operation_files("storefront"))
