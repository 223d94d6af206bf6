"""Checks requests to the sandbox by the contract; a bad one gets a 400 that names the field."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.domain.catalogue import LARGEST_QUANTITY, LONGEST_DAYS, SHORTEST_DAYS

#: Rows of a page: the default, and the most.
LARGEST_PAGE = 100

Reference = Annotated[str, Field(min_length=1, max_length=200)]
Days = Annotated[int, Field(ge=SHORTEST_DAYS, le=LONGEST_DAYS)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]


class Input(BaseModel):
    """Strict: a number is not text, and an unknown field is an error."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class SessionInput(Input):
    """Who signs in."""

    email: str
    password: str = Field(repr=False)


class PartnerInput(Input):
    """An account to make known."""

    reference: Reference
    email: Email
    company: Annotated[str, Field(min_length=1, max_length=200)]
    #: Older contracts have one; accepted and not kept.
    password: str | None = Field(default=None, min_length=1, repr=False)


class CouponInput(Input):
    """One coupon to issue."""

    reference: Reference
    partner_id: str
    sku: str
    quantity: Annotated[int, Field(ge=1, le=LARGEST_QUANTITY)]
    expire_days: Days
    validity_days: Days


class Page(BaseModel):
    """Which part of a list; read from the query, so that text becomes numbers."""

    model_config = ConfigDict(frozen=True)

    offset: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE

    def of(self, rows: list[Any]) -> dict[str, object]:
        """The page, as the contract writes lists."""
        return {"items": rows[self.offset : self.offset + self.count], "total": len(rows)}


_INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)

M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], body: bytes) -> M:
    """The JSON body as ``model``. Raises 400 ``REQUIRED`` or ``INVALID``."""
    try:
        return model.model_validate_json(body)
    except ValidationError as invalid:
        raise _refused(invalid) from None


def parse_query(model: type[M], query: dict[str, str]) -> M:
    """The query's parameters as ``model``. Raises 400 ``INVALID``."""
    try:
        return model.model_validate(query)
    except ValidationError as invalid:
        raise _refused(invalid) from None


def parse_instant(text: str, field: str) -> datetime:
    """An RFC 3339 instant with its offset. Raises 400 ``INVALID``."""
    try:
        return _INSTANT.validate_strings(text)
    except ValidationError:
        raise ApiError(
            400, "INVALID", "Give an instant such as 2026-01-31T12:00:00Z.", field=field
        ) from None


def _refused(invalid: ValidationError) -> ApiError:
    fault = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(step) for step in fault["loc"]) or None
    if fault["type"] == "missing":
        return ApiError(400, "REQUIRED", f"'{field}' is required.", field=field)
    return ApiError(400, "INVALID", f"{fault['msg']}.", field=field)
