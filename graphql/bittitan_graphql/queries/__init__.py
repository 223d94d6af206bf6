"""The query fields, by subject; ``BitTitanQuery`` is what a host merges with its own."""

import strawberry

from bittitan_graphql.queries.accounts import AccountQueries
from bittitan_graphql.queries.assets import AssetQueries
from bittitan_graphql.queries.catalogue import CatalogueQueries
from bittitan_graphql.queries.problems import ProblemQueries
from bittitan_graphql.queries.requests import CancellationRequestQueries
from bittitan_graphql.queries.runs import RunQueries
from bittitan_graphql.queries.stock import StockQueries

__all__ = ["BitTitanQuery"]


@strawberry.type
class BitTitanQuery(
    AssetQueries,
    AccountQueries,
    CatalogueQueries,
    ProblemQueries,
    CancellationRequestQueries,
    StockQueries,
    RunQueries,
):
    """Every query field, each prefixed so that it clashes with no field of a host."""
