"""What clients send to change an asset; whatever is left out stays as it is."""

import strawberry

from bittitan_plugin.domain.orders import EndCustomer
from bittitan_plugin.services.selling.assets import KEEP, AssetChanges, Keep


@strawberry.input(description="For whom a reseller bought, new or existing.")
class BitTitanEndCustomerInput:
    """Known by its address, within the reseller's end customers."""

    email: str = strawberry.field(description="E-mail address; finds an end customer there is.")
    name: str = strawberry.field(
        default="", description="Its name, at most 255 characters; used when it is new."
    )


@strawberry.input(description="What to change of an asset. Whatever is left out stays as it is.")
class BitTitanAssetUpdateInput:
    """What a sale agreed on cannot be changed."""

    friendly_name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the buyer calls it, at most 255 characters. Null or blank takes it away.",
    )
    end_customer: BitTitanEndCustomerInput | None = strawberry.field(
        default=strawberry.UNSET, description="For whom it was bought. Null: for the buyer itself."
    )
    expire_days: int | None = strawberry.field(
        default=None,
        description="Expire: days in which the *coupon code* can be redeemed, 1 to 3650. Only "
        "while it has no coupon.",
    )
    validity_days: int | None = strawberry.field(
        default=None,
        description="Validity: days in which the *licences* can be used, 1 to 3650. Only while "
        "it has no coupon.",
    )


def wanted_changes(given: BitTitanAssetUpdateInput) -> AssetChanges:
    """The same, in the words of the use case."""
    end: EndCustomer | Keep | None = KEEP
    if given.end_customer is None:
        end = None
    elif given.end_customer is not strawberry.UNSET:
        end = EndCustomer(email=given.end_customer.email, name=given.end_customer.name)
    return AssetChanges(
        friendly_name=KEEP if given.friendly_name is strawberry.UNSET else given.friendly_name,
        end_customer=end,
        expire_days=KEEP if given.expire_days is None else given.expire_days,
        validity_days=KEEP if given.validity_days is None else given.validity_days,
    )
