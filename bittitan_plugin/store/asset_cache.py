"""Assets as this process stored them last, so that its next change of one need not read it first.

A hint and never a truth: a change built on it is stored only where the row is still as remembered,
by its version and the head of its history. Where it is not, the row is locked and read as ever.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from bittitan_plugin.domain.assets import Asset

#: How many assets are remembered: far more than a worker has under way.
MOST = 1000


@dataclass(frozen=True)
class Stored:
    """An asset as a committed row held it, and the head of its history."""

    asset: Asset
    head: str | None


class AssetCache:
    """The assets that were stored last. Thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._stored: OrderedDict[UUID, Stored] = OrderedDict()
        self._lock = Lock()

    def of(self, asset_id: UUID) -> Stored | None:
        """The asset as it was stored last; None where that was long ago, or by another process."""
        with self._lock:
            return self._stored.get(asset_id)

    def keep(self, stored: Mapping[UUID, Stored]) -> None:
        """Remember what a committed transaction has stored."""
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
        """The asset as this transaction stored it, or as it is remembered."""
        return self._own.get(asset_id) or self._asset_cache.of(asset_id)

    def note(self, stored: Stored) -> None:
        """This transaction stored it."""
        self._own[stored.asset.id] = stored

    def forget(self, asset_id: UUID) -> None:
        """What this transaction stored of it was undone."""
        self._own.pop(asset_id, None)

    def keep(self) -> None:
        """The transaction is committed, so others may build on it."""
        self._asset_cache.keep(self._own)
