"""The embedded shop as a process: platform, plugin and web wired together and served."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pluggy
import uvicorn
from pydantic_settings import BaseSettings
from starlette.applications import Starlette

from bittitan_hooks import specs
from bittitan_plugin.base.settings import Environment, Settings
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.platforms.shop.link_mails import LinkMails
from bittitan_plugin.platforms.shop.outbox_relay import INTERVAL_S
from bittitan_plugin.platforms.shop.pages import ShopPages
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.platforms.shop.web import ShopGraphQL, graphql_routes
from bittitan_plugin.plugin.asgi import create_app
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.services.installations import find_installation
from bittitan_plugin.web import connections
from bittitan_plugin.web.browser import page_routes
from bittitan_plugin.web.site import Site
from bittitan_plugin.workflows.timetable import Timetable

#: Seconds that requests in flight may still take when the server stops.
REQUEST_GRACE_S = 2


@dataclass(frozen=True)
class Shop:
    """An embedded platform with the plugin attached."""

    application: Application
    platform: ShopPlatform
    plugins: pluggy.PluginManager

    @cached_property
    def app(self) -> Starlette:
        """The ASGI application."""
        development = self.application.settings.environment is Environment.DEVELOPMENT
        schema = build_schema(self.plugins, introspection=development)
        graphql = ShopGraphQL(self.platform, schema, graphiql=development)
        elsewhere = self.application.routes(self.plugins, development=development, graphql=graphql)
        own = graphql_routes(self.platform, schema, graphiql=development)
        return create_app(self.application, [*elsewhere, *own, *page_routes(self.site)], self.stop)

    @cached_property
    def site(self) -> Site:
        """Its pages."""
        return site_of(self.application, self.platform)

    @cached_property
    def _retelling(self) -> Timetable:
        chores = (self.platform.outbox_relay.look,)
        return Timetable(self.application.ports, interval=INTERVAL_S, duties=(), chores=chores)

    def how_to_begin(self) -> list[str]:
        """What to tell whoever started an instance without staff; nothing where there is some.

        In development that includes a new one-time link to the page of the first run.
        """
        if self.platform.customers.first_staff() is not None:
            return []
        lines = ["Nobody can sign in yet: run 'bittitan-plugin staff create EMAIL'."]
        settings = self.application.settings
        if settings.environment is Environment.DEVELOPMENT:
            links = LinkMails(self.application.ports, self.platform, settings.public_url)
            lines += [f"Or open {address}" for address in filter(None, [links.first_run()])]
        return lines

    def start(self, *, run_worker: bool) -> None:
        """Attach the plugin to the platform: database up to date, work begun.

        Raises ``UnfitDatabase`` when this program may not work on the database.
        """
        event = specs.HostStarted(
            host=self.platform.host, installation=INSTALLATION, run_worker=run_worker
        )
        try:
            self.plugins.hook.host_started(event=event)
        except Exception:
            self.application.close()
            raise
        self._retelling.start()

    def stop(self) -> None:
        """Finish what runs, within ten seconds, and close everything."""
        self._retelling.stop()
        self.plugins.hook.host_stopping(event=specs.HostStopping(installation=INSTALLATION))


def site_of(application: Application, platform: ShopPlatform) -> Site:
    """The pages of that shop, with the plugin attached to it."""
    pages = ShopPages(platform)
    return Site(application.ports, application.settings, application.engine, pages)


def open_shop(
    settings: Settings, platform_settings: Mapping[str, BaseSettings] = MappingProxyType({})
) -> Shop:
    """Wire an embedded shop. Opens nothing yet; other installed plugins are not loaded.

    ``platform_settings`` are of further platforms, see ``build``.
    """
    application = build(settings, platform_settings=platform_settings)
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin(application), name="bittitan")
    plugins.check_pending()
    platform = ShopPlatform(
        engine=application.engine,
        cipher=application.ports.cipher,
        clock=application.ports.clock,
        plugins=plugins,
        public_url=settings.public_url,
        zone=lambda: _zone(application),
        demo_payments=settings.demo_payments,
    )
    return Shop(application, platform, plugins)


def _zone(application: Application) -> ZoneInfo:
    """The platform's days begin where the plugin is set up to have them begin."""
    installation = find_installation(application.ports, INSTALLATION)
    return (installation.configuration if installation else Configuration()).zone


def server_of(shop: Shop, host: str, port: int) -> uvicorn.Server:
    """A server for the shop; ``run`` it to serve until it is stopped."""
    connections.calm_the_log()
    return uvicorn.Server(
        uvicorn.Config(
            shop.app,
            host=host,
            port=port,
            http=connections.BoundedConnection,
            limit_concurrency=connections.most_connections(),
            backlog=connections.BACKLOG,
            timeout_keep_alive=connections.IDLE_S,
            h11_max_incomplete_event_size=connections.LARGEST_HEAD,
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=REQUEST_GRACE_S,
        )
    )


def at_address(settings: Settings, host: str, port: int) -> Settings:
    """The settings with ``public_url`` as where the server listens, unless it is set."""
    if "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": f"http://{host}:{port}"})
