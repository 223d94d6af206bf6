"""Checks the answers of the coupon API strictly against the contract.

Error texts name fields, never their values: a value may be a coupon code or a ticket.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.money import Money
from bittitan_plugin.ports.vendor import Partner, VendorProduct

#: Code of ``Rejected`` for an answer that contradicts the contract or the question.
BROKEN_ANSWER = "BROKEN_ANSWER"


class AnswerError(Exception):
    """A success that cannot be accepted. Internal: the package raises it as one of three kinds.

    ``malformed`` marks an answer that is not even JSON; other answers have a wrong content.
    """

    def __init__(self, reason: str, *, malformed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.malformed = malformed


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("an instant is text")
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant has an offset")
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies between the years 1 and 9999") from None


def _status(value: object) -> CouponStatus:
    # UNKNOWN is our own status for not knowing; in a vendor's answer it is not valid.
    if not isinstance(value, str) or value == CouponStatus.UNKNOWN:
        raise ValueError("not a coupon status")
    return CouponStatus(value)


Instant = Annotated[datetime, BeforeValidator(_instant)]
#: Ids end in addresses, so their alphabet is narrow.
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]
#: Printable ASCII without spaces: codes are typed and separated by spaces, tickets are headers.
Token = Annotated[str, Field(pattern=r"^[!-~]{1,4000}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Days = Annotated[int, Field(ge=1)]


class Shape(BaseModel):
    """Strict about fields that the contract names; ignores all others."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def read(cls, document: object) -> Self:
        """The document in this shape. Raises ``AnswerError`` naming the first field at fault."""
        try:
            return cls.model_validate(document)
        except ValidationError as invalid:
            place, problem = _first_fault(invalid)
        raise AnswerError(f"{place} {problem}")


def _first_fault(invalid: ValidationError) -> tuple[str, str]:
    fault = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(step) for step in fault["loc"]) or "the answer"
    return place, "is missing" if fault["type"] == "missing" else "cannot be read"


class ErrorAnswer(Shape):
    """``{code, message, field?}``."""

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
    message: str
    field: Text | None = None


class TicketAnswer(Shape):
    """A session's ticket and when it stops being valid."""

    ticket: Token = Field(repr=False)
    expires_at: Instant


class PageAnswer(Shape):
    """One page of a list; its rows are read one by one."""

    items: Annotated[list[Any], Field(max_length=100)]
    #: How many rows the whole list has.
    total: Annotated[int, Field(ge=0)]


class PartnerAnswer(Shape):
    """A partner."""

    id: Identifier
    reference: Text
    email: Text
    company: Text

    def partner(self) -> Partner:
        """The partner, as the port defines it."""
        return Partner(id=self.id, reference=self.reference, email=self.email, company=self.company)


class PriceAnswer(Shape):
    """An amount as decimal text, never a JSON number, which would become a float."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,14}(\.[0-9]{1,4})?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class ProductAnswer(Shape):
    """One row of the SKU list."""

    sku: Text
    name: Text
    product_type: Text
    list_price: PriceAnswer

    def product(self, position: int) -> VendorProduct:
        """The product, as the port defines it; ``position`` is the row's place in the list."""
        return VendorProduct(
            sku=self.sku,
            name=self.name,
            product_type=self.product_type,
            list_price=Money(Decimal(self.list_price.amount), self.list_price.currency),
            position=position,
        )


class CouponAnswer(Shape):
    """A coupon. Its code is money and never part of a repr."""

    id: Identifier
    reference: Text
    partner_id: Identifier
    sku: Text
    quantity: Annotated[int, Field(ge=1)]
    expire_days: Days
    validity_days: Days
    code: Token = Field(repr=False)
    status: Annotated[CouponStatus, BeforeValidator(_status)]
    created_at: Instant
    expires_at: Instant

    def coupon(self) -> Coupon:
        """The coupon, as the domain defines it."""
        return Coupon(
            id=self.id,
            reference=self.reference,
            partner_id=self.partner_id,
            sku=self.sku,
            code=self.code,
            quantity=self.quantity,
            expire_days=self.expire_days,
            validity_days=self.validity_days,
            status=self.status,
            expires_at=self.expires_at,
        )
