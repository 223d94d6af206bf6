"""Selling: from an order of the platform to a delivered and invoiced coupon."""
