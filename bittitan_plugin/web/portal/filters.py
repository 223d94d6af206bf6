"""The filter of a customer's list: read from the list's address, and written into it."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_search
from bittitan_plugin.store.queries.assets import AssetFilter
from bittitan_plugin.store.queries.keyset import Position

#: The statuses to filter by: their names in the address, and their labels on the page.
STATUSES = {
    "ready": "Ready to redeem",
    "waiting": "Code on its way",
    "redeemed": "Redeemed",
    "expired": "Expired",
    "cancelled": "Cancelled",
}
_LIVING = (AssetStatus.ACTIVE,)
_WAITING = (ProvisioningStatus.PENDING, ProvisioningStatus.FAILED)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which licences to list; an empty text leaves a criterion out."""

    search: str = ""
    #: ``us``, or the key of an end customer.
    for_whom: str = ""
    status: str = ""
    after: str = ""

    @classmethod
    def read(cls, query: QueryParams) -> "Wanted":
        """Read it from the address. Raises ``Refusal`` on ``q``, ``for`` or ``status``."""
        wanted = cls(
            search=check_search(query.get("q"), "q"),
            for_whom=query.get("for", ""),
            status=query.get("status", ""),
            after=query.get("after", ""),
        )
        if wanted.status and wanted.status not in STATUSES:
            raise _invalid("status", f"The status is one of {', '.join(STATUSES)}.")
        wanted.beneficiaries()
        return wanted

    @property
    def any(self) -> bool:
        """Whether any criterion is set."""
        return bool(self.search or self.for_whom or self.status)

    @property
    def assets(self) -> AssetFilter:
        """The same as a filter of the store's queries."""
        chosen = _CRITERIA.get(self.status, AssetFilter())
        return replace(chosen, search=self.search, end_customer_ids=self.beneficiaries())

    def beneficiaries(self) -> list[UUID | None] | None:
        """The end customer wanted; None in the list is the buyer itself. Raises ``Refusal``."""
        if not self.for_whom:
            return None
        if self.for_whom == "us":
            return [None]
        try:
            return [UUID(self.for_whom)]
        except ValueError:
            raise _invalid("for", "There is no such end customer.") from None

    def address(self, after: str = "") -> str:
        """The list's address with this filter, starting after a cursor."""
        values = {"q": self.search, "for": self.for_whom, "status": self.status, "after": after}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/portal/?{query}" if query else "/portal/"


_CRITERIA = {
    "ready": AssetFilter(statuses=_LIVING, coupon_statuses=[CouponStatus.AVAILABLE]),
    "waiting": AssetFilter(statuses=_LIVING, provisioning_statuses=_WAITING),
    "redeemed": AssetFilter(coupon_statuses=[CouponStatus.REDEEMED]),
    "expired": AssetFilter(coupon_statuses=[CouponStatus.EXPIRED]),
    "cancelled": AssetFilter(statuses=[each for each in AssetStatus if each not in _LIVING]),
}


def cursor(position: Position) -> str:
    """A position in the list, as text for an address."""
    return f"{position.value.isoformat()}~{position.id}"


def after_position(text: str) -> Position | None:
    """The position of a cursor; None for the beginning. Raises ``Refusal`` on ``after``."""
    if not text:
        return None
    when, _, key = text.partition("~")
    try:
        instant, id_ = datetime.fromisoformat(when), UUID(key)
    except ValueError:
        raise _invalid("after", "That is no place in this list.") from None
    if instant.tzinfo is None:
        raise _invalid("after", "That is no place in this list.")
    return Position(instant, id_)


def _invalid(field: str, message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, message, field=field)
