"""Lists, a page at a time, in Saleor's shape."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import strawberry

from bittitan_plugin.platforms.shop.paging import Listing, PageRequest
from bittitan_plugin.platforms.shop.schema.context import ShopInfo, platform, run
from bittitan_plugin.platforms.shop.schema.fields import field
from bittitan_plugin.platforms.shop.schema.scalars import PageInfo
from bittitan_plugin.store.queries.cursors import encode

Node = TypeVar("Node")
Row = TypeVar("Row")


@strawberry.type
class CountableEdge(Generic[Node]):
    """One object of a list and its place in it."""

    node: Node
    cursor: str


@strawberry.type
class CountableConnection(Generic[Node]):
    """One page of a list. Give ``first`` or ``last``, at most 100."""

    page_info: PageInfo
    edges: list[CountableEdge[Node]]
    listing: strawberry.Private[Listing[Any]]

    @field
    async def total_count(self, info: ShopInfo) -> int | None:
        """How long the whole list is; counted only when asked for."""
        here = platform(info)
        return await run(lambda: here.count(self.listing))


async def connect(
    info: ShopInfo, listing: Listing[Row], request: PageRequest, node: Callable[[Row], Node]
) -> CountableConnection[Node]:
    """Read one page. Raises ``Refusal`` on the paging arguments."""
    here = platform(info)
    page = await run(lambda: here.page(listing, request))
    edges = [
        CountableEdge(node=node(entry.item), cursor=encode(entry.position))
        for entry in page.entries
    ]
    return CountableConnection(
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        edges=edges,
        listing=listing,
    )
