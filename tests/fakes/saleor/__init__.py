"""A Saleor to try the app on: its API over a real socket, with a ledger and with faults.

``schema.graphql`` is written by hand after Saleor's documentation and holds the part of its schema
that the app touches; our documents are validated against it, and the fake answers by it.
"""

from tests.fakes.saleor.server import SaleorServer
from tests.fakes.saleor.state import ALL_PERMISSIONS, FakeSaleor

__all__ = ["ALL_PERMISSIONS", "FakeSaleor", "SaleorServer"]
