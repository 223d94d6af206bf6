"""The entry point that a platform's plugin manager finds under ``commerce.plugins``."""

from bittitan_plugin.plugin.plugin import BitTitanPlugin, plugin

__all__ = ["BitTitanPlugin", "plugin"]
