"""Names and ids of durable workflows. The id is the deduplication: one cause, one id."""

from uuid import UUID

PROVISION = "provision"
SYNCHRONIZE = "synchronize"
CANCEL = "cancel"
WITHDRAW = "withdraw"


def provision_id(installation_id: UUID, order_line_id: str, attempt: int = 0) -> str:
    """One provisioning per order line; ``attempt`` grows when the order was not due."""
    base = f"provision:{installation_id}:{order_line_id}"
    return base if attempt == 0 else f"{base}:{attempt}"


def synchronize_id(asset_id: UUID, version: int) -> str:
    """One retry per state of the asset: asking twice about the same failure is one retry."""
    return f"synchronize:{asset_id}:{version}"


def cancel_id(asset_id: UUID, version: int) -> str:
    """One cancellation per state of the asset."""
    return f"cancel:{asset_id}:{version}"


def withdraw_id(asset_id: UUID, version: int) -> str:
    """The platform took the sale back: one withdrawal per state of the asset."""
    return f"withdraw:{asset_id}:{version}"
