"""What a scheduled task finds due: only ids, so that it can be any kind of row."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Due:
    """One thing that is due now, and the sale it is about."""

    id: UUID
    asset_id: UUID
    order_number: str
