"""Data loaders: fetch together, once per request, what many objects of one answer need.

They belong to one request of one installation and are never shared.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from bittitan_graphql.query_limits import CountedLoader, RowBudget
from bittitan_plugin.domain.access import OwnAccounts
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.history import HistoryEntry
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.domain.stock import StockCode
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.queries.assets import newest_of_accounts
from bittitan_plugin.store.queries.audience import Audience
from bittitan_plugin.store.unit_of_work import UnitOfWork

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Result = TypeVar("Result")

#: The most assets a customer's own field lists; the connection pages through all of them.
NEWEST_ASSETS = 100


class Read(Protocol):
    """Visits the database once, off the event loop."""

    def __call__(self, visit: Callable[[UnitOfWork], Result], /) -> Awaitable[Result]:
        """Run ``visit`` in a session of its own."""


class Loaders:
    """Every loader of one request."""

    def __init__(self, ports: Ports, read: Read) -> None:
        self._ports = ports
        self._read = read
        self._budget = RowBudget()
        self.product: DataLoader[UUID, Product | None] = self._found(
            lambda work, ids: work.products.by_ids(ids)
        )
        self.product_of_variant: DataLoader[str, Product | None] = self._found(
            lambda work, ids: work.products.of_variants(ids)
        )
        self.asset: DataLoader[UUID, Asset | None] = self._found(
            lambda work, ids: work.assets.by_ids(ids)
        )
        self.pending_request: DataLoader[UUID, CancellationRequest | None] = self._found(
            lambda work, ids: work.requests.pending_of(ids)
        )
        self.account: DataLoader[UUID, Account | None] = self._found(
            lambda work, ids: work.accounts.by_ids(ids)
        )
        self.accounts_of_customer: DataLoader[str, OwnAccounts] = self._each(
            lambda work, ids: work.accounts.own(ids)
        )
        self.history: DataLoader[UUID, list[HistoryEntry]] = self._each(
            lambda work, ids: work.assets.history(ids)
        )
        self.next_attempt: DataLoader[UUID, Retry | None] = self._found(
            lambda work, ids: {
                asset_id: waiting[0] for asset_id, waiting in work.retries.of_assets(ids).items()
            }
        )
        self.stock_of_asset: DataLoader[UUID, list[StockCode]] = self._each(
            lambda work, ids: work.stock.of_assets(ids)
        )
        self.assets_of_order: DataLoader[str, list[Asset]] = self._each(_assets_of_orders)
        self.newest_assets: DataLoader[tuple[Audience, UUID], list[Asset]] = self._each(
            _newest_assets
        )
        self.terms: DataLoader[Asset, CancellationTerms] = self._each(self._terms)

    def _terms(self, work: UnitOfWork, assets: Sequence[Asset]) -> dict[Asset, CancellationTerms]:
        installation = work.installations.by_id(work.installation_id)
        return {asset: cancellation.terms(self._ports, installation, asset) for asset in assets}

    def _found(
        self, fetch: Callable[[UnitOfWork, Sequence[Key]], Mapping[Key, Value]]
    ) -> DataLoader[Key, Value | None]:
        async def load(keys: list[Key]) -> list[Value | None]:
            found = await self._read(lambda work: fetch(work, keys))
            return [found.get(key) for key in keys]

        return CountedLoader(load, self._budget)

    def _each(
        self, fetch: Callable[[UnitOfWork, Sequence[Key]], Mapping[Key, Value]]
    ) -> DataLoader[Key, Value]:
        async def load(keys: list[Key]) -> list[Value]:
            found = await self._read(lambda work: fetch(work, keys))
            return [found[key] for key in keys]

        return CountedLoader(load, self._budget)


def _assets_of_orders(work: UnitOfWork, order_ids: Sequence[str]) -> dict[str, list[Asset]]:
    found: dict[str, list[Asset]] = {order_id: [] for order_id in order_ids}
    for asset in work.assets.of_orders(order_ids):
        found[asset.order_id].append(asset)
    return found


def _newest_assets(
    work: UnitOfWork, keys: Sequence[tuple[Audience, UUID]]
) -> dict[tuple[Audience, UUID], list[Asset]]:
    found = {}
    for audience in {audience for audience, _ in keys}:  # One: a request has one viewer.
        ids = [account_id for wanted, account_id in keys if wanted == audience]
        for account_id, assets in newest_of_accounts(work, audience, ids, NEWEST_ASSETS).items():
            found[audience, account_id] = assets
    return found
