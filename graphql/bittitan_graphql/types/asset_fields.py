"""The asset's fields that hold plain values; ``asset_terms.py`` adds what the buyer alone may
see, ``assets.py`` those that are looked up."""

from datetime import datetime
from typing import Any

import strawberry

from bittitan_graphql.global_ids import ASSET, global_id
from bittitan_graphql.types.catalogue import BitTitanProductType
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningError, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode


@strawberry.type(description="Why there is no coupon code yet.")
class BitTitanProvisioningError:
    """Customers get the code; the words are for staff."""

    code: ErrorCode = strawberry.field(description="For programs.")
    message: str | None = strawberry.field(
        description="In words an operator can act on. Requires MANAGE_ORDERS, else null."
    )

    @classmethod
    def of(
        cls, error: ProvisioningError | None, *, in_words: bool
    ) -> "BitTitanProvisioningError | None":
        """From the domain's value."""
        if error is None:
            return None
        return cls(code=error.code, message=error.message if in_words else None)


@strawberry.type
class AssetFields:
    """Inherited by ``BitTitanAsset``; no type of the schema by itself."""

    source: strawberry.Private[Asset]
    id: strawberry.ID = strawberry.field(description="Global id.")
    name: str = strawberry.field(description="The product's name at purchase.")
    friendly_name: str | None = strawberry.field(description="What the buyer calls it.")
    product_type: BitTitanProductType = strawberry.field(description="What kind of licence it is.")
    order_id: strawberry.ID = strawberry.field(description="The platform's order.")
    order_number: str = strawberry.field(description="The number people know the order by.")
    order_line_id: strawberry.ID = strawberry.field(
        description="The line it was made from: one line, one asset, one coupon."
    )
    quantity: int = strawberry.field(description="Licences behind the one coupon code.")
    purchase_date: datetime = strawberry.field(
        description="When the asset was created; the cancellation window starts on that day."
    )
    expire_days: int = strawberry.field(
        description="Expire: days in which the *coupon code* can be redeemed."
    )
    validity_days: int = strawberry.field(
        description="Validity: days in which the *licences* can be used."
    )
    coupon_status: CouponStatus = strawberry.field(
        description="What became of the coupon at BitTitan, as last heard."
    )
    coupon_status_inferred: bool = strawberry.field(
        description="Whether BitTitan never said so: it only stopped listing the coupon. It is "
        "corrected as soon as the coupon is listed again."
    )
    coupon_expires_at: datetime | None = strawberry.field(
        description="When the coupon code stops being redeemable."
    )
    provisioning_status: ProvisioningStatus = strawberry.field(
        description="Whether the coupon code was obtained."
    )
    status: AssetStatus = strawberry.field(description="Where the asset is in its life.")
    cancelled_at: datetime | None = strawberry.field(description="When it was cancelled.")


def plain_values(asset: Asset) -> dict[str, Any]:
    """The values of ``AssetFields``."""
    same = ("name", "friendly_name", "order_number", "quantity")
    clocks = ("purchase_date", "expire_days", "validity_days", "coupon_expires_at", "cancelled_at")
    return {
        **{name: getattr(asset, name) for name in (*same, *clocks)},
        "source": asset,
        "id": global_id(ASSET, asset.id),
        "product_type": BitTitanProductType.of(asset.product_type),
        "order_id": strawberry.ID(asset.order_id),
        "order_line_id": strawberry.ID(asset.order_line_id),
        "coupon_status": asset.coupon_status,
        "coupon_status_inferred": asset.coupon_status_inferred,
        "provisioning_status": asset.provisioning_status,
        "status": asset.status,
    }
