"""From an order of the platform to a delivered and billed coupon."""
