"""The line metadata by which a storefront says what the buyer calls a line, and for whom it is.

The same keys on every platform; Saleor carries them from checkout line to order line.
"""

from collections.abc import Mapping

from bittitan_plugin.domain.orders import TYPED, EndCustomer

#: Ours: the asset that the line became.
ASSET_ID = "bittitan.asset_id"
FRIENDLY_NAME = TYPED["friendly_name"]
END_CUSTOMER_EMAIL = TYPED["end_customer.email"]
END_CUSTOMER_NAME = TYPED["end_customer.name"]


def end_customer_of(metadata: Mapping[str, str]) -> EndCustomer | None:
    """For whom the line was bought, or None for the buyer itself."""
    email = metadata.get(END_CUSTOMER_EMAIL)
    return EndCustomer(email=email, name=metadata.get(END_CUSTOMER_NAME, "")) if email else None
