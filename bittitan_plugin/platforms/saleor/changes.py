"""Lists the orders of a Saleor that have changed since an instant."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.paging import pages
from bittitan_plugin.platforms.saleor.versions import parsed

#: From this version on, orders are found by ``where``. From Saleor's documentation.
_WHERE = (3, 22)


def changed_orders(
    client: SaleorClient,
    since: datetime,
    version: str,
    *,
    sort: Literal["CREATED_AT", "LAST_MODIFIED_AT"],
) -> Iterator[list[dict[str, Any]]]:
    """The orders changed at or after ``since``, drafts included, a page at a time."""
    has_where = (parsed(version) or _WHERE) >= _WHERE
    operation = "orders_changed" if has_where else "orders_changed_by_filter"
    return pages(client, operation, "orders", {"since": since.isoformat(), "sort": sort})
