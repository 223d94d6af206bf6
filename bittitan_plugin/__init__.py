"""Sells BitTitan (MigrationWiz) licences on a distributor's commerce platform.

Importing this package is cheap on purpose: a host may import it at start-up.
Everything that costs time (database, GraphQL, web) is imported where it is used.
"""

__version__ = "0.1.0"
