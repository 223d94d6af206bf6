"""The asset's fields that hold plain values; ``assets.py`` adds those that are looked up."""

from datetime import datetime
from typing import Any

import strawberry

from bittitan_graphql.enums import (
    BitTitanAssetStatus,
    BitTitanCouponStatus,
    BitTitanErrorCode,
    BitTitanProvisioningStatus,
)
from bittitan_graphql.global_ids import ASSET, global_id
from bittitan_graphql.types.catalogue import BitTitanProductType
from bittitan_graphql.types.money import BitTitanInvoice, BitTitanMoney, BitTitanRefund
from bittitan_plugin.domain.assets import Asset, ProvisioningError


@strawberry.type(description="Why there is no coupon code yet.")
class BitTitanProvisioningError:
    """Customers get the code; the words are for staff."""

    code: BitTitanErrorCode = strawberry.field(description="For programs.")
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
        return cls(
            code=BitTitanErrorCode[error.code.name], message=error.message if in_words else None
        )


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
    recipient_email: str = strawberry.field(description="Where the welcome e-mail goes.")
    quantity: int = strawberry.field(description="Licences behind the one coupon code.")
    unit_price: BitTitanMoney = strawberry.field(
        description="The price of one licence, rounded by the platform: no factor of the total."
    )
    total: BitTitanMoney = strawberry.field(
        description="What all of them cost, tax included, as the platform's order line says."
    )
    tax: BitTitanMoney | None = strawberry.field(
        description="The tax within the total, where the platform states it."
    )
    purchase_date: datetime = strawberry.field(
        description="When the asset was created; the cancellation window starts on that day."
    )
    expire_days: int = strawberry.field(
        description="Expire: days in which the *coupon code* can be redeemed."
    )
    validity_days: int = strawberry.field(
        description="Validity: days in which the *licences* can be used."
    )
    coupon_status: BitTitanCouponStatus = strawberry.field(
        description="What became of the coupon at BitTitan, as last heard."
    )
    coupon_expires_at: datetime | None = strawberry.field(
        description="When the coupon code stops being redeemable."
    )
    provisioning_status: BitTitanProvisioningStatus = strawberry.field(
        description="Whether the coupon code was obtained."
    )
    status: BitTitanAssetStatus = strawberry.field(description="Where the asset is in its life.")
    cancelled_at: datetime | None = strawberry.field(description="When it was cancelled.")
    invoice: BitTitanInvoice | None = strawberry.field(
        description="The invoice it is billed on, once the platform has issued it."
    )
    credit_invoice: BitTitanInvoice | None = strawberry.field(
        description="The credit invoice for the full amount, once it is cancelled and credited; "
        "none where nothing was invoiced."
    )
    refund: BitTitanRefund | None = strawberry.field(
        description="What became of the money, once a cancellation asked for it."
    )


def plain_values(asset: Asset) -> dict[str, Any]:
    """The values of ``AssetFields``."""
    same = ("name", "friendly_name", "order_number", "recipient_email", "quantity")
    clocks = ("purchase_date", "expire_days", "validity_days", "coupon_expires_at", "cancelled_at")
    return {
        **{name: getattr(asset, name) for name in (*same, *clocks)},
        "source": asset,
        "id": global_id(ASSET, asset.id),
        "product_type": BitTitanProductType.of(asset.product_type),
        "order_id": strawberry.ID(asset.order_id),
        "order_line_id": strawberry.ID(asset.order_line_id),
        "unit_price": BitTitanMoney.of(asset.unit_price),
        "total": BitTitanMoney.of(asset.total),
        "tax": BitTitanMoney.of(asset.tax) if asset.tax else None,
        "coupon_status": BitTitanCouponStatus[asset.coupon_status.name],
        "provisioning_status": BitTitanProvisioningStatus[asset.provisioning_status.name],
        "status": BitTitanAssetStatus[asset.status.name],
        "invoice": BitTitanInvoice.of(asset.invoice),
        "credit_invoice": BitTitanInvoice.of(asset.credit_invoice),
        "refund": BitTitanRefund.of(asset.refund),
    }
