"""Relay connections: the page a client asked for, and the page it gets."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import strawberry

from bittitan_graphql.context import RequestScope
from bittitan_graphql.fields import argument, field
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_search
from bittitan_plugin.store.queries.cursors import decode, encode
from bittitan_plugin.store.queries.keyset import Listing, Page, SortKey, Window
from bittitan_plugin.store.unit_of_work import UnitOfWork

Node = TypeVar("Node")
Item = TypeVar("Item")

#: The most rows one page holds, as in Saleor.
LARGEST_PAGE = 100

First = Annotated[int | None, argument("How many from the start, at most 100. This or `last`.")]
After = Annotated[str | None, argument("Only what follows this cursor (exclusive).")]
Last = Annotated[int | None, argument("How many from the end, at most 100. This or `first`.")]
Before = Annotated[str | None, argument("Only what precedes this cursor (exclusive).")]


@strawberry.type(description="Where a page stands in its list.")
class BitTitanPageInfo:
    """Relay's four fields. Prefixed, because every host has a ``PageInfo`` of its own."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether more precede.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge.")


@strawberry.type(description="One row of a page.")
class CountableEdge(Generic[Node]):
    """Named after its node: ``BitTitanAssetCountableEdge``."""

    node: Node = strawberry.field(description="The object itself.")
    cursor: str = strawberry.field(description="Stands for this place; give it as after or before.")


@strawberry.type(description="One page of a list.")
class CountableConnection(Generic[Node]):
    """Named after its node: ``BitTitanAssetCountableConnection``."""

    page_info: BitTitanPageInfo = strawberry.field(description="Where the page stands in its list.")
    edges: list[CountableEdge[Node]] = strawberry.field(description="The rows of the page.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @field("How many there are on all pages; counted only when selected.")
    async def total_count(self) -> int | None:
        """Costs a statement of its own."""
        return await self.count()


@dataclass(frozen=True)
class Asked:
    """The four arguments of a client for a page."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None

    def window(self, sort: SortKey) -> Window:
        """Their window in a list with that sorting. Raises ``Refusal`` on the argument at fault."""
        if self.first is not None and self.last is not None:
            raise Refusal(ErrorCode.INVALID, "Give first or last, not both.", field="last")
        name, size = ("first", self.first) if self.last is None else ("last", self.last)
        if size is None:
            raise Refusal(
                ErrorCode.REQUIRED, f"Give first or last, at most {LARGEST_PAGE}.", field="first"
            )
        if not 0 <= size <= LARGEST_PAGE:
            raise Refusal(
                ErrorCode.INVALID, f"{name} is {size}; it lies in 0–{LARGEST_PAGE}.", field=name
            )
        return Window(
            size=size,
            after=None if self.after is None else decode(self.after, sort, field="after"),
            before=None if self.before is None else decode(self.before, sort, field="before"),
            from_end=self.last is not None,
        )


async def connected(
    scope: RequestScope,
    asked: Asked,
    listed: Callable[[UnitOfWork], Listing[Item]],
    to_node: Callable[[Item], Node],
) -> CountableConnection[Node]:
    """The requested page of a list; the list is counted only when the count is selected.

    Raises ``Refusal`` on the argument at fault.
    """

    def read(work: UnitOfWork) -> Page[Item]:
        listing = listed(work)
        return listing.page(asked.window(listing.sort))

    page = await scope.read(read)
    edges = [
        CountableEdge(node=to_node(entry.item), cursor=encode(entry.position))
        for entry in page.entries
    ]
    return CountableConnection(
        page_info=BitTitanPageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        edges=edges,
        count=lambda: scope.read(lambda work: listed(work).count()),
    )


def searched(text: str | None) -> str:
    """The text to search for, or nothing. Raises ``Refusal`` on ``search``."""
    return check_search(text, "search")
