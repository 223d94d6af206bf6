"""Asking for a cancellation without waiting for it."""

from uuid import UUID

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services import cancellation
from tests.world import STAFF, Shop


def refusal_of(shop: Shop, asset_id: UUID) -> ErrorCode | None:
    """Why the asset may not be cancelled; None when the cancellation was accepted."""
    try:
        cancellation.cancel(shop.ports, shop.id, asset_id, STAFF, "")
    except Refusal as refusal:
        return refusal.code
    return None
