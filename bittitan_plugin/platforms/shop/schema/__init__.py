"""The embedded host's GraphQL schema: Saleor's names for the part of it this host has."""

from bittitan_plugin.platforms.shop.schema.build import build_schema
from bittitan_plugin.platforms.shop.schema.composition import ShopSchema

__all__ = ["ShopSchema", "build_schema"]
