"""What the outbound tests share."""

from tests.saleor_fixtures import _saleor_server, app, client, host, saleor

__all__ = ["_saleor_server", "app", "client", "host", "saleor"]
