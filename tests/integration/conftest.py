"""Fixtures of the integration tests."""

from tests.by_hand import idle, shop_by_hand

__all__ = ["idle", "shop_by_hand"]
