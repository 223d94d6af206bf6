"""Inputs of clients for lists: filters and sorting."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Generic, TypeVar

import strawberry

from bittitan_graphql.enums import Direction
from bittitan_graphql.fields import optional
from bittitan_graphql.paging import LARGEST_PAGE
from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.queries.assets import AssetSort

Choice = TypeVar("Choice", bound=Described)
Value = TypeVar("Value", bound=str)


@strawberry.input(description="Which values to accept. Both conditions hold when both are given.")
class FilterInput(Generic[Choice]):
    """Named after its enum: ``BitTitanAssetStatusFilterInput``."""

    eq: Choice | None = optional("This value.")
    one_of: list[Choice] | None = optional("Any of these values.")


@strawberry.input(description="Which ids to accept. Both conditions hold when both are given.")
class BitTitanIdFilterInput:
    """At most a hundred."""

    eq: strawberry.ID | None = optional("This id.")
    one_of: list[strawberry.ID] | None = optional("Any of these ids, at most 100.")


@strawberry.input(description="A stretch of time; both ends belong to it.")
class BitTitanDateTimeRangeInput:
    """A missing end does not restrict."""

    gte: datetime | None = optional("Not before this instant, given with its offset from UTC.")
    lte: datetime | None = optional("Not after this instant, given with its offset from UTC.")


@strawberry.input(description="Which assets. All conditions hold together.")
class BitTitanAssetWhereInput:
    """Missing conditions do not restrict."""

    provisioning_status: FilterInput[ProvisioningStatus] | None = optional(
        "By whether the coupon code was obtained."
    )
    coupon_status: FilterInput[CouponStatus] | None = optional("By what became of the coupon.")
    status: FilterInput[AssetStatus] | None = optional("By where the asset is in its life.")
    product_type: FilterInput[ProductType] | None = optional("By kind of licence.")
    purchase_date: BitTitanDateTimeRangeInput | None = optional("By when it was bought.")
    next_attempt: BitTitanDateTimeRangeInput | None = optional(
        "By when the next attempt is due, of assets of which something is tried again. Requires "
        "MANAGE_ORDERS."
    )
    has_next_attempt: bool | None = optional(
        "By whether something about it is tried again. Requires MANAGE_ORDERS."
    )
    order_id: BitTitanIdFilterInput | None = optional("By the platform's order.")
    account_id: BitTitanIdFilterInput | None = optional(
        "By the account that bought it (BitTitanAccount ids)."
    )
    coupon_code: str | None = optional(
        "By one of its coupon codes, in full, whatever its case. Send it as a "
        "variable: documents are logged more often than variables."
    )


@strawberry.input(description="The order of a list of assets.")
class BitTitanAssetSortingInput:
    """Equal values are ordered by id."""

    field: AssetSort = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(description="In which direction.")


def chosen(wanted: FilterInput[Choice] | None) -> Collection[Choice] | None:
    """The accepted values, or None when all are."""
    return None if wanted is None else _both(wanted.eq, wanted.one_of)


def chosen_ids(wanted: BitTitanIdFilterInput | None, *, field: str) -> Collection[str] | None:
    """The accepted ids, or None when all are. Raises ``Refusal`` on ``field``."""
    if wanted is None:
        return None
    ids = _both(wanted.eq, wanted.one_of)
    if ids is not None and (len(ids) > LARGEST_PAGE or any("\0" in id_ for id_ in ids)):
        raise Refusal(ErrorCode.INVALID, f"Give at most {LARGEST_PAGE} ids.", field=field)
    return ids


def instant(given: datetime | None, *, field: str) -> datetime | None:
    """The same instant in UTC. Raises ``Refusal`` on ``field`` when it has no offset."""
    if given is None:
        return None
    try:
        if given.utcoffset() is not None:
            return given.astimezone(UTC)
    except OverflowError:
        pass
    raise Refusal(
        ErrorCode.INVALID, "Give the instant with its offset, as 2026-01-31T12:00:00Z.", field=field
    )


def _both(eq: Value | None, one_of: Collection[Value] | None) -> Collection[Value] | None:
    """The values of both, without repetitions."""
    if eq is None:
        return None if one_of is None else set(one_of)
    return {eq} if one_of is None else {eq} & set(one_of)
