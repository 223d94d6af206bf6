"""The shop as a kind of platform: only its tables, because whoever serves it attaches it."""

from bittitan_plugin.platforms.registry import PlatformKind
from bittitan_plugin.platforms.shop.tables import ShopBase

#: The object that the entry point names.
kind = PlatformKind(tables=ShopBase.metadata)
