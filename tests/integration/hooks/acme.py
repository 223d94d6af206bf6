"""A kind of platform of somebody else's, as it would come in a package of its own."""

# ruff: noqa: ARG002 - methods take what the ports say, used or not

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import pytest
from pluggy import PluginManager
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Column, MetaData, String, Table, Text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp
from starlette_admin.views import BaseView

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.platforms import registry
from bittitan_plugin.platforms.registry import (
    Condition,
    PlatformConnection,
    PlatformKind,
    Wiring,
)
from bittitan_plugin.ports.platform import Platform
from bittitan_plugin.store.types import SEALED

if TYPE_CHECKING:
    from bittitan_plugin.web.site import Site

TABLES = MetaData()
SHOPS = Table(
    "acme_shops",
    TABLES,
    Column("name", String(20), primary_key=True),
    Column("token", Text, info=SEALED),
)
PASSWORD = "correct horse battery"
VIEWERS = {
    "staff@acme.example": Viewer(
        email="staff@acme.example", is_staff=True, permissions=frozenset(Permission)
    ),
    "buyer@acme.example": Viewer(customer_id="acme-buyer", email="buyer@acme.example"),
}


class AcmeSettings(BaseSettings):
    """Named like the platform."""

    model_config = SettingsConfigDict(env_prefix="BITTITAN_ACME_")

    greeting: str = Field(default="hello", max_length=20)


class AcmeConnection(PlatformConnection):
    """Every installation that it is told of is one of its."""

    def __init__(self, wiring: Wiring, settings: AcmeSettings) -> None:
        self.wiring = wiring
        self.settings = settings
        self.looked = 0
        self.hosts: dict[UUID, Platform] = {}
        self.chores: Sequence[Callable[[], None]] = (self._look,)

    def migrate(self) -> None:
        TABLES.create_all(self.wiring.engine)

    def platform_of(self, installation_id: UUID) -> Platform | None:
        return self.hosts.get(installation_id)

    def routes(
        self, plugins: PluginManager, *, development: bool, graphql: ASGIApp
    ) -> Sequence[BaseRoute]:
        async def greet(_request: Request) -> Response:
            return PlainTextResponse(self.settings.greeting)

        return [Route("/acme", greet)]

    def _look(self) -> None:
        self.looked += 1


kind = PlatformKind(tables=TABLES, settings=AcmeSettings, connect=AcmeConnection)


class BrokenConnection(PlatformConnection):
    """It connects, and can do nothing else."""

    def __init__(self, _wiring: Wiring, _settings: Any) -> None:
        self.chores = (self.look,)

    def migrate(self) -> None:
        fail()

    def platform_of(self, installation_id: UUID) -> Platform | None:
        fail()

    def conditions(self, installation: Installation) -> Iterator[Condition]:
        fail()

    def routes(
        self, plugins: PluginManager, *, development: bool, graphql: ASGIApp
    ) -> Sequence[BaseRoute]:
        fail()

    def look(self) -> None:
        fail()


def fail(*_: object) -> NoReturn:
    raise RuntimeError("out of order")


broken = PlatformKind(tables=MetaData(), connect=BrokenConnection)
unconnectable = PlatformKind(tables=MetaData(), connect=fail)
unconnected = PlatformKind(tables=MetaData(), connect=lambda *_: None)  # type: ignore[arg-type]


def install(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """From here to the test's end a package is installed that names a platform so.

    What was found meanwhile is forgotten by the fixture of this folder.
    """
    named = EntryPoint(name, value, registry.GROUP)

    def found(group: str) -> Any:
        return [*entry_points(group=group), named]

    registry.installed.cache_clear()
    monkeypatch.setattr(registry, "entry_points", found)


class AcmePages:
    """The pages' port over people that live in a dictionary; it adds no page of its own."""

    package: str | None = None

    def __init__(self, installation: str) -> None:
        self.installation = installation
        self.identity = self
        self.plugins = self

    def update(self, plugin_id: str, **changes: object) -> object:
        raise NotImplementedError

    def admin_views(self, site: "Site") -> Sequence[BaseView]:
        return ()

    def people_views(self, site: "Site") -> Sequence[BaseView]:
        return ()

    def has_customers(self) -> bool:
        return False

    def customer_page(self, customer_id: str) -> str | None:
        return None

    def order_page(self, order_id: str) -> str | None:
        return None

    def routes(self, site: "Site") -> Sequence[BaseRoute]:
        return ()

    def sign_in(
        self, email: str, password: str, address: str, device: str | None = None
    ) -> str | None:
        return email if email in VIEWERS and password == PASSWORD else None

    def viewer(self, user: str) -> Viewer:
        return VIEWERS.get(user, ANONYMOUS)

    def welcome(self, email: str, company: str, password: str) -> str:
        raise NotImplementedError

    def sign_out_everywhere(self, user: str) -> None:
        raise NotImplementedError
