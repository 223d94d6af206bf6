"""What the pages of one platform share: templates, sessions, and who sends a request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Protocol, TypeVar

import anyio.to_thread
from sqlalchemy import Engine
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute
from starlette_admin.views import BaseView

from bittitan_plugin.base.settings import Environment, Settings
from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.ended_sessions import EndedSessions
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.body_limit import BodyLimit
from bittitan_plugin.web.csrf import Csrf
from bittitan_plugin.web.devices import Devices
from bittitan_plugin.web.failures import Failures, NotPermitted, NotSignedIn
from bittitan_plugin.web.pages import Pages
from bittitan_plugin.web.platform import Identity, PluginSettings
from bittitan_plugin.web.security_headers import PAGES, SecurityHeaders
from bittitan_plugin.web.sessions import Session, Sessions

Result = TypeVar("Result")


class PagesPlatform(Protocol):
    """Port: a platform with a back office and a portal. Synchronous; may visit the database.

    The pages know no platform. One that implements this decides who may sign in, takes changes of
    the plugin's settings, and adds pages of its own.
    """

    #: The package with the folders ``templates`` and ``static`` of its own pages, if it has any.
    package: str | None

    @property
    def installation(self) -> str:
        """The key of the installation that its pages belong to."""

    @property
    def identity(self) -> Identity:
        """Its accounts."""

    @property
    def plugins(self) -> PluginSettings:
        """Its plugins."""

    def admin_views(self, site: "Site") -> Sequence[BaseView]:
        """Areas that only this platform's back office has, between people and assets."""

    def people_views(self, site: "Site") -> Sequence[BaseView]:
        """The areas for its customers and staff, beside the accounts at BitTitan."""

    def customer_page(self, customer_id: str) -> str | None:
        """The path of a customer's page below the back office's root, if there is one."""

    def order_page(self, order_id: str) -> str | None:
        """The path of an order's page below the back office's root; None if it has no such page."""

    def has_customers(self) -> bool:
        """Whether anybody can buy yet."""

    def routes(self, site: "Site") -> Sequence[BaseRoute]:
        """Its other addresses that people open in a browser."""


@dataclass(frozen=True)
class Site:
    """The plugin, and the platform that its pages belong to."""

    ports: Ports
    settings: Settings
    engine: Engine
    platform: PagesPlatform

    @cached_property
    def pages(self) -> Pages:
        """The templates."""
        return Pages(self.ports.clock, self.platform.package)

    @cached_property
    def sessions(self) -> Sessions:
        """The signed cookies of signed-in users."""
        keys = self.settings.keys()
        return Sessions(keys, self.ports.clock, secure=self._secure)

    @cached_property
    def devices(self) -> Devices:
        """The browsers on which somebody has signed in before."""
        keys = self.settings.keys()
        return Devices(keys, self.ports.clock, secure=self._secure)

    @cached_property
    def _secure(self) -> bool:
        """Whether cookies are sent over TLS only: always, except in development."""
        development = self.settings.environment is Environment.DEVELOPMENT
        return not development or self.settings.public_url.startswith("https://")

    @cached_property
    def form_secrets(self) -> list[str]:
        """Secrets that sign the tokens of forms, one for each secret key and for no other use.

        The last comes from the first key and signs; every one is accepted, so that a form of one
        process is valid in another while keys are changed one process at a time.
        """
        keys = reversed(self.settings.keys())
        return [sha256(f"forms {key}".encode()).hexdigest() for key in keys]

    def middleware(self, policy: str = PAGES, *, referrer: str = "same-origin") -> list[Middleware]:
        """The middleware of every page, outermost first."""
        return [
            Middleware(SecurityHeaders, policy=policy, referrer=referrer),
            Middleware(Failures, pages=self.pages),
            Middleware(BodyLimit, pages=self.pages),
            Middleware(Csrf, secrets=self.form_secrets, pages=self.pages, sessions=self.sessions),
        ]

    def installation(self) -> Installation:
        """The installation these pages belong to, as it is now. Visits the database."""
        return open_installation(self.ports, self.platform.installation)

    @cached_property
    def tenant(self) -> Tenant:
        """The same as use cases take it. Visits the database the first time."""
        return Tenant(self.ports, self.installation().id)

    async def read(self, visit: Callable[[UnitOfWork], Result]) -> Result:
        """One visit to the database, in a thread."""

        def in_session() -> Result:
            with self.tenant.reading() as work:
                return visit(work)

        return await run(in_session)

    def viewer_now(self, request: Request) -> Viewer:
        """Who is signed in; anonymous without a valid session. Visits the database."""
        session = self.session_now(request)
        return self.platform.identity.viewer(session.user) if session else ANONYMOUS

    def session_now(self, request: Request) -> Session | None:
        """The session of a request, unless it was ended. Visits the database."""
        session = self.sessions.read(request)
        return None if session is None or session.id in self._ended else session

    def end_session(self, request: Request) -> None:
        """End the session of a request for every holder of its cookie. Visits the database."""
        session = self.sessions.read(request)
        if session is not None:
            now = self.ports.clock()
            self._ended.add(session.id, session.runs_out_at, now)

    def device_now(self, request: Request, email: str) -> str | None:
        """The name of a browser on which that account has signed in. Visits the database.

        None for an unknown browser, also where the user has ended all sessions since.
        """
        device = self.devices.known(request, email)
        if device is None or self.platform.identity.viewer(device.user) == ANONYMOUS:
            return None
        return device.name

    @cached_property
    def _ended(self) -> EndedSessions:
        return EndedSessions(self.engine)

    async def viewer(self, request: Request) -> Viewer:
        """Who sends the request, looked up once per request."""
        if not hasattr(request.state, "viewer"):
            request.state.viewer = await run(lambda: self.viewer_now(request))
        viewer: Viewer = request.state.viewer
        return viewer

    async def customer(self, request: Request) -> Viewer:
        """The customer who is signed in. Raises ``NotSignedIn``; ``NotPermitted`` for staff."""
        viewer = await self.viewer(request)
        if viewer == ANONYMOUS:
            raise NotSignedIn
        if viewer.customer_id is None:
            raise NotPermitted("a customer's account")
        return viewer

    async def page(
        self, request: Request, template: str, *, status: int = 200, **values: object
    ) -> HTMLResponse:
        """A page in the instance's time zone, for whoever is signed in."""
        viewer = await self.viewer(request)
        installation = await run(self.installation)
        known: dict[str, object] = {
            "viewer": viewer,
            "zone": installation.configuration.zone,
            "installation": installation,
            "branding": installation.branding,
        }
        return self.pages.page(request, template, known | values, status=status)


async def run(work: Callable[[], Result]) -> Result:
    """Do synchronous work in a thread: one hop per visit to the database."""
    return await anyio.to_thread.run_sync(work)
