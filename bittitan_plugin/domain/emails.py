"""Every e-mail there is, one class each: who gets it, when, and what its templates are given.

This is the only list. ``template`` names an e-mail's pair in ``mail/templates``, its docstring says
when it goes out, and its fields are the values under their own names; those that may be None
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
    price: Annotated[Money | None, "where the order's recipient is its buyer"]
    invoice_number: Annotated[str | None, "as `price`, and issued by then"]
    invoice_url: Annotated[str | None, "where it is read, if the platform says"]
    license_url: Annotated[
        str | None, "its page, where the platform has one; for the buyer alone, as `price`"
    ]


@dataclass(frozen=True, kw_only=True)
class CouponSummary(Values):
    """A coupon code that its owner can use."""

    coupon_code: str = field(repr=False)  # it is money
    coupon_expires_at: datetime
    coupon_days_left: int
    validity_days: int


#: Every e-mail there is, by the name of its templates.
EMAILS: dict[str, type["Email"]] = {}


class Email:
    """What one e-mail says: a subclass for each, a value of it for each that is sent.

    ``template`` names its two templates; ``to`` says, for the page in docs, who gets it.
    """

    template: ClassVar[str]
    to: ClassVar[str]

    def __init_subclass__(cls, *, template: str = "", to: str = "") -> None:
        cls.template, cls.to = template, to
        if template:
            EMAILS[template] = cls

    def values(self) -> Mapping[str, object]:
        """What the templates are given, by name."""
        return dict(_named(self))


@dataclass(frozen=True, kw_only=True)
class SaleEmail(Email):
    """One that is about a sale, as most are."""

    sale: SaleSummary


def _named(group: object) -> Iterator[tuple[str, object]]:
    for name, value in vars(group).items():
        if isinstance(value, Values):
            yield from _named(value)
        else:
            yield name, value


@dataclass(frozen=True, kw_only=True)
class Welcome(SaleEmail, template="welcome", to="the order's recipient"):
    """The coupon code has been obtained, or staff or the customer send it again."""

    coupon: CouponSummary
    deadline: datetime | None


@dataclass(frozen=True, kw_only=True)
class InvitationLink(Email, template="invitation", to="an end customer"):
    """Its reseller or staff invite it to see its licences; at most one in ten minutes."""

    invited: str
    invited_by: Annotated[str | None, "the reseller's company"]
    link: Annotated[str, "works once"] = field(repr=False)
    link_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountInvitation(Email, template="account_invitation", to="a user of the embedded shop"):
    """Staff invite somebody who has no password yet, a customer or a colleague."""

    name: str
    email: str
    link: Annotated[str, "works once"] = field(repr=False)
    link_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordLink(Email, template="password_link", to="a user of the embedded shop"):
    """Somebody asked for another password, or staff send a link to choose one."""

    name: str
    email: str
    by_staff: Annotated[bool, "whether staff send it"]
    link: Annotated[str, "works once"] = field(repr=False)
    link_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationRequested(
    SaleEmail, template="cancellation_request_received", to="whoever asked"
):
    """The customer has asked for a cancellation that staff decide."""

    comment: str | None
    amount: Money
    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationToDecide(SaleEmail, template="cancellation_request_staff", to="staff"):
    """A customer has asked; and again, with `reminder`, 48 hours before the deadline. A request
    made later than that carries `reminder` at once and is not repeated."""

    comment: str | None
    amount: Money
    deadline: datetime
    review_url: str | None
    reminder: bool


@dataclass(frozen=True, kw_only=True)
class CancellationAccepted(SaleEmail, template="cancellation_accepted", to="whoever asked"):
    """Staff accepted the request, or cancelled directly while it was pending."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class CancellationRefused(SaleEmail, template="cancellation_refused", to="whoever asked"):
    """Staff rejected the request, or BitTitan would not take the coupon back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class CancellationWithdrawn(
    SaleEmail, template="cancellation_withdrawn", to="the customer and staff"
):
    """The customer took the request back."""

    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationExpired(SaleEmail, template="cancellation_expired", to="the customer and staff"):
    """Nobody decided before the deadline."""

    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class Cancelled(SaleEmail, template="cancelled", to="the customer"):
    """The asset is cancelled and, where one is due, its credit invoice issued."""

    credit_invoice: str | None
    credit_invoice_url: Annotated[str | None, "where it is read"]
    amount: Money | None
    refund: Annotated[Money | None, "asked back"]
    by_hand: Annotated[Money | None, "cannot go back by itself"]
    settled_with_order: Annotated[bool, "the platform took the sale back"]
    cancelled_at: datetime


@dataclass(frozen=True, kw_only=True)
class CouponExpiring(SaleEmail, template="coupon_expiring", to="the order's recipient"):
    """30 and 7 days before an unused coupon code expires, once each; the nearer one alone when
    both are due. Not on the day of the purchase."""

    coupon: CouponSummary


@dataclass(frozen=True, kw_only=True)
class ProvisioningFailed(SaleEmail, template="provisioning_failed", to="staff"):
    """A coupon could not be obtained; once per problem."""

    reason: str
    next_step: str
    review_url: str | None


@dataclass(frozen=True, kw_only=True)
class RevocationToDo(SaleEmail, template="revocation_staff", to="staff"):
    """An asset with codes from stock is being cancelled; and again, with `reminder`, 48 hours
    before the deadline. One cancelled later than that carries `reminder` at once and is not
    repeated."""

    steps: tuple[str, ...]
    deadline: datetime | None
    amount: Money | None
    review_url: str | None
    reminder: bool


@dataclass(frozen=True, kw_only=True)
class OutOfStock(SaleEmail, template="out_of_stock", to="the order's recipient"):
    """The coupon stock holds nothing that fits; once, however long it lasts."""

    most_codes: Annotated[
        int | None, "the most codes delivered together, where only that stands in the way"
    ]
