"""Who buys: customer accounts of the distributor, and their standing with BitTitan."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AccountStatus(StrEnum):
    """Whether BitTitan knows the account. Documented."""

    UNSYNCHRONIZED = "UNSYNCHRONIZED"
    SYNCHRONIZED = "SYNCHRONIZED"


@dataclass(frozen=True, kw_only=True)
class Account:
    """A reseller, a direct customer or an end customer of a reseller."""

    id: UUID
    #: The host's customer, or None for an end customer that never signs in.
    customer_id: str | None
    email: str
    company: str
    #: The reseller this end customer belongs to, or None for a direct customer or a reseller.
    reseller_id: UUID | None = None
    status: AccountStatus = AccountStatus.UNSYNCHRONIZED
    #: BitTitan's id of the account, once synchronized.
    partner_id: str | None = None
    #: Why the last synchronization failed, in words for staff.
    sync_error: str | None = None
    created_at: datetime

    @property
    def reference(self) -> str:
        """Under which the vendor knows the account; the same however often it is sent."""
        return f"account-{self.id}"

    @property
    def is_synchronized(self) -> bool:
        """Whether BitTitan knows the account, so that coupons can be issued to it."""
        return self.status is AccountStatus.SYNCHRONIZED
