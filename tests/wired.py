"""What a wired plugin has for one platform: its pages, its Saleors."""

from bittitan_plugin.platforms.saleor.connection import SaleorConnection
from bittitan_plugin.platforms.shop.pages import ShopPages
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.web.site import Site


def site_of(application: Application, platform: ShopPlatform) -> Site:
    """The pages of that shop."""
    pages = ShopPages(platform)
    return Site(application.ports, application.settings, application.engine, pages)


def saleors_of(application: Application) -> SaleorConnection:
    """Its Saleors."""
    connection = application.connections["saleor"]
    assert isinstance(connection, SaleorConnection)
    return connection
