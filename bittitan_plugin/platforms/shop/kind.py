"""The shop as a kind of platform: its tables. Whoever serves it attaches it."""

from bittitan_plugin.platforms.registry import PlatformKind
from bittitan_plugin.platforms.shop.tables import ShopBase

#: What the entry point names.
kind = PlatformKind(tables=ShopBase.metadata)
