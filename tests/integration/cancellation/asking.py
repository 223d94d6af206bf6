"""Sales to be cancelled, and asking for it without waiting for it."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.cancelling import cancellation
from tests.fakes.host import line
from tests.world import STAFF, Shop


def refusal_of(shop: Shop, asset_id: UUID) -> ErrorCode | None:
    """Why the asset may not be cancelled; None when the cancellation was accepted."""
    try:
        cancellation.cancel(shop.tenant, asset_id, STAFF, "")
    except Refusal as refusal:
        return refusal.code
    return None


def failed(shop: Shop) -> Asset:
    """A sale that BitTitan refused, for a cause that is mended by now."""
    products = list(shop.sandbox.sandbox.products)
    shop.sandbox.sandbox.products.clear()
    asset = shop.buy(line())
    shop.sandbox.sandbox.products.extend(products)
    assert asset.provisioning_status == "FAILED"
    return asset
