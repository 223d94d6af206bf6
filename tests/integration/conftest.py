"""Fixtures of the integration tests."""

from tests.by_hand import idle, idle_world, shop_by_hand

__all__ = ["idle", "idle_world", "shop_by_hand"]
