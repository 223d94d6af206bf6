"""Caches the assets that this process stored last, so that the next change need not read one.

It is only a hint: a change built on it is stored only if the row still has the cached version and
the cached head of its history. If not, the row is locked and read as usual.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from bittitan_plugin.domain.assets import Asset

#: The most cached assets: far more than a worker handles at once.
MOST = 1000


@dataclass(frozen=True)
class Stored:
    """An asset as it was committed, and the head of its history."""

    asset: Asset
    head: str | None


class AssetCache:
    """The assets that were stored last. Thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._stored: OrderedDict[UUID, Stored] = OrderedDict()
        self._lock = Lock()

    def of(self, asset_id: UUID) -> Stored | None:
        """The asset as this process stored it last; None if it is not cached."""
        with self._lock:
            return self._stored.get(asset_id)

    def keep(self, stored: Mapping[UUID, Stored]) -> None:
        """Cache what a committed transaction has stored."""
        with self._lock:
            for asset_id, value in stored.items():
                self._stored[asset_id] = value
                self._stored.move_to_end(asset_id)
            while len(self._stored) > self._most:
                self._stored.popitem(last=False)


class TransactionAssets:
    """What one transaction knows of assets, its own changes first."""

    def __init__(self, asset_cache: AssetCache | None = None) -> None:
        self._asset_cache = asset_cache or AssetCache()
        self._own: dict[UUID, Stored] = {}

    def of(self, asset_id: UUID) -> Stored | None:
        """The asset as this transaction stored it, or as it is cached."""
        return self._own.get(asset_id) or self._asset_cache.of(asset_id)

    def note(self, stored: Stored) -> None:
        """Note that this transaction stored it."""
        self._own[stored.asset.id] = stored

    def forget(self, asset_id: UUID) -> None:
        """Note that this transaction's change of it was undone."""
        self._own.pop(asset_id, None)

    def keep(self) -> None:
        """Cache its changes, because the transaction is committed."""
        self._asset_cache.keep(self._own)
