"""Every e-mail there is, one class each: who gets it, when, and what its templates are given.

This is the only list. A class's ``template`` names its pair in ``mail/templates``, its docstring
says when it goes out, and its fields are the values under their own names; those that may be None
must still be given. ``docs/reference/email-templates.md`` is written from here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar

from bittitan_plugin.domain.money import Money


class Values:
    """Values that several e-mails share: templates are given each of them, not the group."""


@dataclass(frozen=True, kw_only=True)
class SaleSummary(Values):
    """Of whom, what and how much an e-mail speaks."""

    customer_name: str
    product_name: str
    friendly_name: str | None
    quantity: int
    end_customer: str | None
    order_number: str


@dataclass(frozen=True, kw_only=True)
class CouponSummary(Values):
    """A coupon code that its owner can use."""

    coupon_code: str = field(repr=False)  # it is money
    coupon_expires_at: datetime
    coupon_days_left: int
    validity_days: int


class Email:
    """What one e-mail says: a subclass for each, a value of it for each that is sent."""

    template: ClassVar[str]
    #: To whom it goes, for the page in docs.
    to: ClassVar[str]

    def values(self) -> Mapping[str, object]:
        """What the templates are given, by name."""
        return dict(_named(self))


def _named(group: object) -> Iterator[tuple[str, object]]:
    for name, value in vars(group).items():
        if isinstance(value, Values):
            yield from _named(value)
        else:
            yield name, value


def every_email() -> Mapping[str, type[Email]]:
    """Every e-mail there is, by the name of its templates."""
    return {each.template: each for each in Email.__subclasses__()}


@dataclass(frozen=True, kw_only=True)
class Welcome(Email):
    """The coupon code has been obtained, or staff or the customer send it again."""

    template = "welcome"
    to = "the order's recipient"
    sale: SaleSummary
    coupon: CouponSummary
    deadline: datetime | None


@dataclass(frozen=True, kw_only=True)
class InvitationLink(Email):
    """Its reseller or staff invite it to see its licences; at most one in ten minutes."""

    template = "invitation"
    to = "an end customer"
    invited: str
    invited_by: Annotated[str | None, "the reseller's company"]
    link: Annotated[str, "works once"] = field(repr=False)
    link_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationRequested(Email):
    """The customer has asked for a cancellation that staff decide."""

    template = "cancellation_request_received"
    to = "whoever asked"
    sale: SaleSummary
    comment: str | None
    amount: Money
    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationToDecide(Email):
    """A customer has asked; and again, with `reminder`, 48 hours before the deadline. A request
    made later than that carries `reminder` at once and is not repeated."""

    template = "cancellation_request_staff"
    to = "staff"
    sale: SaleSummary
    comment: str | None
    amount: Money
    deadline: datetime
    review_url: str | None
    reminder: bool


@dataclass(frozen=True, kw_only=True)
class CancellationAccepted(Email):
    """Staff accepted the request, or cancelled directly while it was pending."""

    template = "cancellation_accepted"
    to = "whoever asked"
    sale: SaleSummary
    amount: Money


@dataclass(frozen=True, kw_only=True)
class CancellationRefused(Email):
    """Staff rejected the request, or BitTitan would not take the coupon back."""

    template = "cancellation_refused"
    to = "whoever asked"
    sale: SaleSummary
    reason: str


@dataclass(frozen=True, kw_only=True)
class CancellationWithdrawn(Email):
    """The customer took the request back."""

    template = "cancellation_withdrawn"
    to = "the customer and staff"
    sale: SaleSummary
    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationExpired(Email):
    """Nobody decided before the deadline."""

    template = "cancellation_expired"
    to = "the customer and staff"
    sale: SaleSummary
    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class Cancelled(Email):
    """The asset is cancelled and, where one is due, its credit invoice issued."""

    template = "cancelled"
    to = "the customer"
    sale: SaleSummary
    credit_invoice: str | None
    amount: Money | None
    refund: Annotated[Money | None, "asked back"]
    by_hand: Annotated[Money | None, "cannot go back by itself"]
    settled_with_order: Annotated[bool, "the platform took the sale back"]
    cancelled_at: datetime


@dataclass(frozen=True, kw_only=True)
class CouponExpiring(Email):
    """30 and 7 days before an unused coupon code expires, once each; the nearer one alone when
    both are due. Not on the day of the purchase."""

    template = "coupon_expiring"
    to = "the order's recipient"
    sale: SaleSummary
    coupon: CouponSummary


@dataclass(frozen=True, kw_only=True)
class ProvisioningFailed(Email):
    """A coupon could not be obtained; once per problem."""

    template = "provisioning_failed"
    to = "staff"
    sale: SaleSummary
    reason: str
    next_step: str
    review_url: str | None


@dataclass(frozen=True, kw_only=True)
class RevocationToDo(Email):
    """An asset with codes from stock is being cancelled; and again, with `reminder`, 48 hours
    before the deadline. One cancelled later than that carries `reminder` at once and is not
    repeated."""

    template = "revocation_staff"
    to = "staff"
    sale: SaleSummary
    steps: tuple[str, ...]
    deadline: datetime | None
    amount: Money | None
    review_url: str | None
    reminder: bool


@dataclass(frozen=True, kw_only=True)
class OutOfStock(Email):
    """The coupon stock holds nothing that fits; once, however long it lasts."""

    template = "out_of_stock"
    to = "the order's recipient"
    sale: SaleSummary
    most_codes: Annotated[
        int | None, "the most codes delivered together, where only that stands in the way"
    ]
