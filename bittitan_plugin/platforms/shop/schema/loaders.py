"""Data loaders: whatever many objects of one answer need is read in one go. One set a request."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import anyio.to_thread
from strawberry.dataloader import DataLoader

from bittitan_graphql.query_limits import CountedLoader, RowBudget
from bittitan_plugin.domain.invoicing import Taxation
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import (
    InvoiceRow,
    OrderLineRow,
    ProductTypeRow,
    RefundRow,
    UserRow,
)

Key = TypeVar("Key")
Value = TypeVar("Value")


class Loaders:
    """The loaders of one request; replaced after a mutation, because they remember."""

    def __init__(self, platform: ShopPlatform) -> None:
        budget = RowBudget()

        def of(load: Callable[[list[Key]], Mapping[Key, Value]]) -> DataLoader[Key, Value | None]:
            return _of(load, budget)

        self.order_lines: DataLoader[UUID, list[OrderLineRow] | None] = of(platform.orders.lines)
        self.invoices: DataLoader[UUID, list[InvoiceRow] | None] = of(platform.invoices.of_orders)
        self.refunds: DataLoader[UUID, list[RefundRow] | None] = of(platform.refunds.of_orders)
        self.users: DataLoader[UUID, UserRow | None] = of(platform.customers.find)
        self.variants: DataLoader[UUID, Variant | None] = of(platform.catalogue.variants)
        self.variants_of: DataLoader[UUID, list[Variant] | None] = of(
            platform.catalogue.variants_of
        )
        #: By the installation's key: there is one, and many prices ask.
        self.taxations: DataLoader[str, Taxation | None] = of(platform.taxations)
        #: By the same key: what orders have to reach before their licences are obtained.
        self.provision_on: DataLoader[str, ProvisionOn | None] = of(platform.provision_on)
        self.product_types: DataLoader[str, ProductTypeRow | None] = of(platform.catalogue.types)


def _of(
    load: Callable[[list[Key]], Mapping[Key, Value]], budget: RowBudget
) -> DataLoader[Key, Value | None]:
    async def load_batch(keys: list[Key]) -> Sequence[Value | None]:
        found = await anyio.to_thread.run_sync(load, keys)
        return [found.get(key) for key in keys]

    return CountedLoader(load_batch, budget)
