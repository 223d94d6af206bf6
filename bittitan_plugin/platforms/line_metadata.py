"""The line metadata in which a storefront gives a line's friendly name and end customer.

The same keys on every platform; Saleor carries them from checkout line to order line.
"""

from collections.abc import Mapping

from bittitan_plugin.domain.orders import TYPED, EndCustomer

#: The asset that the line became; the plugin writes it.
ASSET_ID = "bittitan.asset_id"
FRIENDLY_NAME = TYPED["friendly_name"]
END_CUSTOMER_EMAIL = TYPED["end_customer.email"]
END_CUSTOMER_NAME = TYPED["end_customer.name"]


def end_customer_of(metadata: Mapping[str, str]) -> EndCustomer | None:
    """The end customer of the line, or None if it is for the buyer."""
    email = metadata.get(END_CUSTOMER_EMAIL)
    return EndCustomer(email=email, name=metadata.get(END_CUSTOMER_NAME, "")) if email else None
