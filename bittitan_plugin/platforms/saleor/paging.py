"""Saleor's lists, a page at a time as they are consumed."""

from collections.abc import Iterator, Mapping
from typing import Any

from bittitan_plugin.platforms.saleor.client import SaleorClient

Node = dict[str, Any]


def pages(
    client: SaleorClient, operation: str, root: str, variables: Mapping[str, object]
) -> Iterator[list[Node]]:
    """The nodes of the list ``root`` that ``operation`` asks for; it takes ``$after``.

    Raises as ``SaleorClient.execute``; what was given before counts.
    """
    after = None
    while True:
        connection = client.execute(operation, {**variables, "after": after})[root]
        yield nodes(connection)
        info = connection["pageInfo"]
        if not info["hasNextPage"] or info["endCursor"] == after:
            return
        after = info["endCursor"]


def nodes(connection: Mapping[str, Any]) -> list[Node]:
    """What stands in one page."""
    return [edge["node"] for edge in connection["edges"]]
