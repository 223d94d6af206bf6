"""A kind of platform of somebody else's, as it would come in a package of its own."""

# ruff: noqa: ARG002 - methods take what the ports say, used or not

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from pluggy import PluginManager
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Column, MetaData, String, Table
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp
from starlette_admin.views import BaseView

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.platforms.registry import PlatformConnection, PlatformKind, Wiring
from bittitan_plugin.ports.platform import Host

if TYPE_CHECKING:
    from bittitan_plugin.web.site import Site

TABLES = MetaData()
SHOPS = Table("acme_shops", TABLES, Column("name", String(20), primary_key=True))
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

    greeting: str = "hello"


class AcmeConnection(PlatformConnection):
    """Every installation that it is told of is one of its."""

    def __init__(self, wiring: Wiring, settings: AcmeSettings) -> None:
        self.wiring = wiring
        self.settings = settings
        self.looked = 0
        self.hosts: dict[UUID, Host] = {}
        self.chores: Sequence[Callable[[], None]] = (self._look,)

    def platform_of(self, installation_id: UUID) -> Host | None:
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
