"""What a wired plugin has for its Saleors."""

from bittitan_plugin.platforms.saleor.connection import SaleorConnection
from bittitan_plugin.plugin.bootstrap import Application


def saleors_of(application: Application) -> SaleorConnection:
    """Its Saleors."""
    connection = application.connections["saleor"]
    assert isinstance(connection, SaleorConnection)
    return connection
