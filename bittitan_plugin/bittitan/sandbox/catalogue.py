"""The sandbox's products, as plain JSON rows, so that a row can be broken deliberately."""

from collections.abc import Mapping
from typing import Any

from bittitan_plugin.domain.catalogue import ProductType

#: One row of the SKU list; anything JSON can hold, if it is meant to be broken.
Row = Any

#: Third-party list prices of December 2025 in USD; for demonstration only.
_PRICES = {ProductType.MAILBOX_LICENSE: "14.00", ProductType.USER_MIGRATION_BUNDLE: "17.50"}


def product_row(sku: str, name: str, kind: ProductType) -> dict[str, object]:
    """A valid row at the type's list price."""
    return {
        "sku": sku,
        "name": name,
        "product_type": kind.value,
        "list_price": {"amount": _PRICES[kind], "currency": "USD"},
    }


def default_catalogue() -> list[Row]:
    """Both product types with several SKUs each."""
    mailbox, bundle = ProductType.MAILBOX_LICENSE, ProductType.USER_MIGRATION_BUNDLE
    return [
        product_row("MW-MAILBOX", "MigrationWiz Mailbox", mailbox),
        product_row("MW-MAILBOX-EDU", "MigrationWiz Mailbox, Education", mailbox),
        product_row("MW-MAILBOX-NP", "MigrationWiz Mailbox, Non-profit", mailbox),
        product_row("UMB", "User Migration Bundle", bundle),
        product_row("UMB-EDU", "User Migration Bundle, Education", bundle),
    ]


def large_catalogue(count: int) -> list[Row]:
    """``count`` valid rows, alternating between both types, to measure imports."""
    kinds = list(ProductType)
    return [
        product_row(f"LOAD-{number:06d}", f"Load product {number}", kinds[number % len(kinds)])
        for number in range(count)
    ]


def broken_rows() -> list[Row]:
    """One invalid row for each way in which a row can be unreadable."""
    sound = product_row("BROKEN", "Broken product", ProductType.MAILBOX_LICENSE)
    return [
        {**sound, "list_price": {"amount": "abc", "currency": "USD"}},
        {**sound, "list_price": {"amount": 14.0, "currency": "USD"}},
        {**sound, "list_price": {"amount": "14.00", "currency": "dollars"}},
        {key: value for key, value in sound.items() if key != "sku"},
        {**sound, "name": 7},
        "not even an object",
    ]


def has_sku(rows: list[Row], sku: str) -> bool:
    """Whether the sandbox sells that article number."""
    return any(isinstance(row, Mapping) and row.get("sku") == sku for row in rows)
