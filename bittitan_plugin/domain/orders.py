"""A platform's order, reduced to what selling licences needs. The plugin only reads it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bittitan_plugin.domain.addresses import check_address
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.catalogue import check_quantity
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import check_line


class OrderStatus(StrEnum):
    """The status of an order, as far as it matters to licences."""

    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Invoicing(StrEnum):
    """When the order is invoiced. Documented: three choices; which three is our decision."""

    NOW = "NOW"
    NEXT_BILLING_DAY = "NEXT_BILLING_DAY"
    NONE = "NONE"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who placed the order, as the platform knows them."""

    id: str
    email: str
    company: str


@dataclass(frozen=True, kw_only=True)
class EndCustomer:
    """The customer that a reseller bought for."""

    email: str
    name: str


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One line: so many licences of one product. Becomes exactly one asset."""

    id: str
    variant_id: str | None
    sku: str
    product_name: str
    #: The platform's product type; decides whether a line without a known product is ours.
    product_type: str | None
    quantity: int
    #: Only to show: the platform rounds it, so the total cannot be computed from it.
    unit_price: Money
    #: What the whole line costs, tax included, after its discounts, as the platform reports it.
    total: Money
    #: The tax within ``total``; None where the platform states none.
    tax: Money | None = None
    friendly_name: str | None = None
    end_customer: EndCustomer | None = None
    #: Whether the platform shows any of it as delivered.
    fulfilled: bool = False
    #: The asset that the line became, as whoever delivered it noted at the platform.
    asset_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order as the platform shows it now, not as an event once described it."""

    id: str
    number: str
    status: OrderStatus
    #: Whether everything owed has been received (or nothing is owed).
    fully_paid: bool
    customer: Customer
    #: Where the welcome e-mail goes. Documented: the order's recipient.
    recipient_email: str
    lines: tuple[OrderLine, ...]
    created_at: datetime
    #: Whether the platform lets the customer pay later: then it is delivered before it is paid.
    on_account: bool = False
    #: The platform's invoice for it, if there is one.
    invoice: InvoiceReference | None = None

    def line(self, line_id: str) -> OrderLine | None:
        """The line with that id, or None."""
        return next((line for line in self.lines if line.id == line_id), None)


@dataclass(frozen=True, kw_only=True)
class UnreadableOrder:
    """What is known of an order that the platform has and that cannot be read."""

    id: str
    number: str
    #: What is wrong with it, in a sentence that names order, line and field.
    why: str
    #: What its lines sell, as far as that can be read: shows whether it concerns us.
    variant_ids: frozenset[str] = frozenset()


class ProvisionOn(StrEnum):
    """What an order must have reached before its coupons are obtained."""

    FULLY_PAID = "FULLY_PAID"
    CONFIRMED = "CONFIRMED"


def is_due(order: Order, provision_on: ProvisionOn) -> bool:
    """Whether the order's licences are to be provisioned now, by the distributor's setting.

    Where the setting waits for payment, an order on account does not.
    An order that staff must still confirm waits even when it is paid: once delivered, it can be
    neither confirmed nor edited any more (observed on Saleor 3.23).
    """
    if order.status is not OrderStatus.CONFIRMED:
        return False
    return order.fully_paid or order.on_account or provision_on is ProvisionOn.CONFIRMED


def awaited(order: Order, provision_on: ProvisionOn) -> ProvisionOn:
    """What an order that is not due has to reach next."""
    return provision_on if order.status is OrderStatus.CONFIRMED else ProvisionOn.CONFIRMED


def name_of_line(index: int, product_name: str | None) -> str:
    """A line as staff find it on the platform's page: its number from one, and its product."""
    return f"line {index + 1} ({product_name})" if product_name else f"line {index + 1}"


def check_lines(lines: tuple[OrderLine, ...]) -> None:
    """Hold lines against the rules every order keeps: whole quantities, one currency, totals
    that can be paid.

    Raises ``Refusal`` on ``lines[n].quantity``, or on ``.amount`` or ``.currency`` of
    ``lines[n].unit_price``, ``.total`` or ``.tax``.
    """
    for index, line in enumerate(lines):
        check_quantity(line.quantity, name=f"lines[{index}].quantity")
        for name, money in (("unit_price", line.unit_price), ("total", line.total)):
            _check_amount(money, lines[0].total.currency, f"lines[{index}].{name}")
        if line.tax is not None:
            _check_amount(line.tax, lines[0].total.currency, f"lines[{index}].tax")
        try:
            line.total.check_payable()
        except Refusal as refusal:
            raise refusal.within(f"lines[{index}].total") from None


#: What buyers type at a line, by field, and the key of the line's metadata that carries it.
TYPED = {
    "friendly_name": "bittitan.friendly_name",
    "end_customer.email": "bittitan.end_customer_email",
    "end_customer.name": "bittitan.end_customer_name",
}


def check_typed(line: OrderLine, place: str = "") -> None:
    """Check what a buyer typed at this line against our rules; other lines are not checked.

    Raises ``Refusal`` on a field of ``TYPED``, after ``place``.
    """
    if line.friendly_name and line.friendly_name.strip():
        check_line(line.friendly_name, f"{place}friendly_name")
    if line.end_customer is not None:
        check_address(line.end_customer.email, f"{place}end_customer.email")
        if line.end_customer.name.strip():
            check_line(line.end_customer.name, f"{place}end_customer.name")


def _check_amount(money: Money, currency: str, place: str) -> None:
    if money.amount < 0:
        raise Refusal(
            ErrorCode.INVALID, f"A price cannot be negative ({money}).", field=f"{place}.amount"
        )
    if money.currency != currency:
        raise Refusal(
            ErrorCode.INVALID,
            f"An order has one currency: it begins in {currency}, this is in {money.currency}.",
            field=f"{place}.currency",
        )
