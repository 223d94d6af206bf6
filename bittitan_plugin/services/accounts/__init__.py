"""Accounts at the vendor, and the customers and end customers they belong to."""
