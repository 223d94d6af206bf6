"""The values that hooks carry: frozen and validated. A malformed one cannot be built.

Orders and money are read from an event as the domain has them, ``Order`` and ``Money``. Whoever
builds one gives these, or the values below, or mappings; all are held to the same rules.

Building one from bad data raises ``pydantic.ValidationError``, which names each field at fault
(``order.lines.0.quantity``) and says what is wrong with it; unknown fields are refused, so a
misspelt one is never silently lost.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    StrictInt,
)
from pydantic import model_validator as _model_validator

from bittitan_plugin.domain.catalogue import LARGEST_QUANTITY
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.money import SCALE, Money
from bittitan_plugin.domain.orders import Customer, EndCustomer, Order, OrderLine, OrderStatus

T = TypeVar("T")

#: An opaque id of the platform.
Id = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
Text = Annotated[str, Field(max_length=255)]
#: What a buyer typed at a line. Checked when the line is sold, so that a bad text holds that line
#: alone and not the order; the bound here is only against nonsense.
Typed = Annotated[str, Field(max_length=100_000)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
#: Currency units; text or integers, because a float may have lost cents.
Amount = Annotated[Decimal, Field(ge=0, decimal_places=SCALE, max_digits=14 + SCALE)]


class _Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, from_attributes=True
    )

    @classmethod
    def read(cls, kind: type[T]) -> PlainValidator:
        """How a field comes by a ``kind`` of the domain: one is checked, all else becomes one."""

        def read(given: object) -> T:
            checked = cls.model_validate(given)
            return given if isinstance(given, kind) else kind(**dict(checked))

        return PlainValidator(read)

    @classmethod
    def shown(cls) -> PlainSerializer:
        """How a field that ``read`` read is written."""
        return PlainSerializer(cls.model_validate, return_type=cls)


class MoneyValue(_Value):
    """An amount in currency units and its ISO 4217 currency."""

    amount: Amount
    currency: Currency

    @_model_validator(mode="before")
    @classmethod
    def _no_float(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("amount"), float):
            raise ValueError("give the amount as text or Decimal, not as a float")
        return data


def _payable(money: Money) -> Money:
    try:
        return money.check_payable()
    except Refusal as refusal:
        raise ValueError(refusal.message) from None


Amounted = Annotated[Money, MoneyValue.read(Money), MoneyValue.shown()]
#: An amount that can be paid: whole smallest units of its currency (0.01 USD, 1 JPY).
Payable = Annotated[Amounted, AfterValidator(_payable)]


class CustomerValue(_Value):
    """Who placed the order."""

    id: Id
    email: Text
    company: Text = ""


class EndCustomerValue(_Value):
    """The customer that a reseller bought for."""

    email: Typed
    name: Typed = ""


_Customer = Annotated[Customer, CustomerValue.read(Customer), CustomerValue.shown()]
_EndCustomer = Annotated[EndCustomer, EndCustomerValue.read(EndCustomer), EndCustomerValue.shown()]


class OrderLineValue(_Value):
    """One line; ``quantity`` is a whole number of pieces."""

    id: Id
    variant_id: Id | None = None
    sku: Text = ""
    product_name: Text = ""
    #: Slug of the platform's product type.
    product_type: Text | None = None
    quantity: Annotated[StrictInt, Field(ge=1, le=LARGEST_QUANTITY)]
    #: Only to show: the platform rounds it, so the total cannot be computed from it.
    unit_price: Amounted
    #: What the whole line costs, tax included, after its discounts.
    total: Payable
    #: The tax within ``total``, where the platform states it.
    tax: Payable | None = None
    friendly_name: Typed | None = None
    end_customer: _EndCustomer | None = None
    #: Whether any of it was delivered, and the asset's id noted at the line: what was delivered
    #: before is never delivered again automatically.
    fulfilled: StrictBool = False
    asset_id: Text | None = None


_Line = Annotated[OrderLine, OrderLineValue.read(OrderLine), OrderLineValue.shown()]


class OrderValue(_Value):
    """An order as the platform saw it when it fired the event."""

    id: Id
    number: Text
    status: OrderStatus = OrderStatus.CONFIRMED
    fully_paid: StrictBool = False
    #: Whether the customer may pay later: then it is delivered before it is paid.
    on_account: StrictBool = False
    customer: _Customer
    #: Where the welcome e-mail goes; the customer's address unless given.
    recipient_email: Text = ""
    lines: tuple[_Line, ...]
    created_at: AwareDatetime

    @_model_validator(mode="after")
    def _one_currency(self) -> "OrderValue":
        for index, line in enumerate(self.lines):
            for name in ("unit_price", "total", "tax"):
                money = getattr(line, name)
                if money is not None and money.currency != self.lines[0].total.currency:
                    raise ValueError(
                        f"lines.{index}.{name}.currency: an order has one currency; it begins in "
                        f"{self.lines[0].total.currency}, this is in {money.currency}"
                    )
        return self


def _addressed(order: Order) -> Order:
    return order if order.recipient_email else replace(order, recipient_email=order.customer.email)


_Order = Annotated[Order, OrderValue.read(Order), AfterValidator(_addressed), OrderValue.shown()]


class Event(_Value):
    """What every event carries."""

    #: The platform's instance that it concerns.
    installation: Id = "default"


class OrderEvent(Event):
    """Something happened to an order."""

    order: _Order


class OrderPrecheck(OrderEvent):
    """A customer is about to pay for this."""


class OrderCreated(OrderEvent):
    """An order exists now."""


class OrderConfirmed(OrderEvent):
    """Staff or a rule confirmed the order."""


class OrderPaid(OrderEvent):
    """Some money arrived; see ``order.fully_paid`` for whether it was enough."""


class OrderFullyPaid(OrderEvent):
    """Everything owed has been received."""


class OrderUpdated(OrderEvent):
    """Something about the order changed."""


class OrderCancelled(OrderEvent):
    """The platform cancelled the order."""


class OrderRefunded(OrderEvent):
    """Some money went back.

    ``line_ids`` names the lines that were refunded in full; empty when the platform cannot tell.
    ``refunded`` is all that went back of this order so far, if the platform reports it.
    """

    line_ids: tuple[Id, ...] = ()
    refunded: Amounted | None = None


class OrderFullyRefunded(OrderEvent):
    """All money went back."""


class OrderFulfilled(OrderEvent):
    """Every line has been delivered."""


class FulfillmentCanceled(OrderEvent):
    """Deliveries were taken back; ``line_ids`` names the lines, empty for all of them.

    ``partly`` where only some of their pieces came back, or were replaced by something else.
    """

    line_ids: tuple[Id, ...] = ()
    partly: StrictBool = False


class InvoiceEvent(Event):
    """Something happened to an invoice."""

    invoice_id: Id
    order_id: Id
    number: Text = ""
    url: Annotated[str, Field(max_length=2000)] | None = None


class InvoiceRequested(InvoiceEvent):
    """The platform wants this order invoiced."""


class InvoiceSent(InvoiceEvent):
    """The customer has been sent this invoice."""


class InvoiceDeleted(InvoiceEvent):
    """The invoice no longer exists."""


class ProductEvent(Event):
    """Something happened to a product of the platform; ``variant_ids`` are its variants now."""

    product_id: Id
    name: Text = ""
    product_type: Text | None = None
    published: StrictBool = False
    variant_ids: tuple[Id, ...] = ()
    #: Both clocks in days; None where the platform leaves them to the plugin, or the text
    #: that it has instead where it is no whole number.
    expire_days: StrictInt | Text | None = None
    validity_days: StrictInt | Text | None = None


class ProductCreated(ProductEvent):
    """A product exists now."""


class ProductUpdated(ProductEvent):
    """A product was changed, published or withdrawn."""


class ProductDeleted(ProductEvent):
    """A product is gone."""


class VariantEvent(Event):
    """Something happened to a variant of the platform."""

    variant_id: Id
    product_id: Id
    sku: Text = ""
    #: As customers read it; the product's, where variants have no names of their own.
    name: Text = ""
    #: Slug of the platform's product type.
    product_type: Text | None = None
    #: Whether customers can see it; None where the platform does not report it.
    published: StrictBool | None = None
    #: Every currency it is sold in; it is no longer sold in a currency that is missing.
    prices: tuple[Payable, ...] = ()
    #: Both clocks in days; None where the platform leaves them to the plugin, or the text
    #: that it has instead where it is no whole number.
    expire_days: StrictInt | Text | None = None
    validity_days: StrictInt | Text | None = None


class ProductVariantCreated(VariantEvent):
    """A variant exists now."""


class ProductVariantUpdated(VariantEvent):
    """A variant was renamed or re-priced."""


class ProductVariantDeleted(VariantEvent):
    """A variant is gone."""


class ConfigurationItem(_Value):
    """A setting's new value as text; None leaves it as it is."""

    name: Text
    value: Annotated[str, Field(max_length=4000)] | None = None


class ConfigurationEvent(Event):
    """Staff are changing the plugin's settings."""

    #: Whether the plugin is to be switched on.
    active: StrictBool
    configuration: tuple[ConfigurationItem, ...] = ()
    #: E-mail address of whoever does it.
    changed_by: Text = ""
    #: Staff's answer whether the settings lead to the same vendor's account as before; None: they
    #: were not asked. A refusal CONFIRMATION_REQUIRED asks.
    same_account: StrictBool | None = None


class ConfigurationValidate(ConfigurationEvent):
    """May these settings be stored?"""


class PluginActivated(ConfigurationEvent):
    """The plugin has been switched on with these settings."""


class PluginConfigured(ConfigurationEvent):
    """Settings were changed; whether the plugin is on did not change."""


class PluginDeactivated(ConfigurationEvent):
    """The plugin has been switched off (settings may have changed with it)."""


class PluginStateRequested(Event):
    """The platform wants to show the plugin."""
