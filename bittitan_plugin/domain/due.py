"""What a duty of the timetable finds due: only what names it, so that any row can be found."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Due:
    """One thing whose time has come, and the sale it is about."""

    id: UUID
    asset_id: UUID
    order_number: str
