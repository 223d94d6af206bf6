"""Reads Saleor's lists, a page at a time as they are consumed."""

from collections.abc import Iterator, Mapping
from typing import Any

from bittitan_plugin.platforms.saleor.client import SaleorClient

Node = dict[str, Any]


def pages(
    client: SaleorClient, operation: str, root: str, variables: Mapping[str, object]
) -> Iterator[list[Node]]:
    """The nodes of the list ``root`` in ``operation``, which takes ``$after``.

    Raises what ``SaleorClient.execute`` raises; earlier pages remain valid.
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
    """The nodes of one page."""
    return [edge["node"] for edge in connection["edges"]]
