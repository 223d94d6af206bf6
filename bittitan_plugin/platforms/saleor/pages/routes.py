"""Every route of the Saleor side, in one list."""

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bittitan_plugin.platforms.saleor.pages.dashboard import dashboard_routes
from bittitan_plugin.platforms.saleor.pages.graphql import PATH, ByWhoIsAsking, SubgraphApp
from bittitan_plugin.platforms.saleor.pages.invoices import invoice_routes
from bittitan_plugin.platforms.saleor.pages.protocol import protocol_routes
from bittitan_plugin.platforms.saleor.pages.service import SaleorService


def saleor_routes(
    service: SaleorService, *, development: bool = True, shop_graphql: ASGIApp | None = None
) -> list[BaseRoute]:
    """To mount at the root, before the routes of the embedded shop.

    ``shop_graphql`` answers the requests to ``/graphql/`` that are not about a Saleor.
    """
    subgraph = SubgraphApp(service, development=development)
    shared = ByWhoIsAsking(service, subgraph, shop_graphql) if shop_graphql else subgraph
    return [
        *protocol_routes(service),
        *dashboard_routes(service),
        *invoice_routes(service.ports, service.public_url),
        Route(PATH, subgraph),
        Route("/graphql/", shared),
    ]
