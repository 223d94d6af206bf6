"""The shop's tables. They share a database with the plugin's tables, but no rows."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bittitan_plugin.store.tables import NAMING
from bittitan_plugin.store.types import SEALED, Amount, Instant


class ShopBase(DeclarativeBase):
    """Common naming and column types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        str: String(255),
        datetime: Instant(),
        Decimal: Amount(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        list[str]: JSON(),
    }


class UserRow(ShopBase):
    """Staff and customers. ``email`` is kept in lower case."""

    __tablename__ = "host_users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    #: A scrypt hash with its parameters; with None the user cannot sign in with a password.
    password: Mapped[str | None] = mapped_column(Text)
    company: Mapped[str]
    #: The person's own name, as they want to be addressed.
    name: Mapped[str] = mapped_column(default="")
    is_staff: Mapped[bool]
    permissions: Mapped[list[str]]
    #: Since when the user is locked out; None lets it sign in.
    disabled_at: Mapped[datetime | None]
    #: The address that invoices name; ``country`` is an ISO 3166-1 code of two letters.
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    #: The number under which the company pays tax, as it is printed on invoices.
    tax_number: Mapped[str] = mapped_column(String(50), default="")
    #: Whether its orders are delivered before they are paid.
    buys_on_account: Mapped[bool] = mapped_column(default=False)
    #: The most it may owe at a time, in ``credit_currency``; None is no limit.
    credit_limit: Mapped[Decimal | None]
    credit_currency: Mapped[str | None] = mapped_column(String(3))
    #: Day of the month (1-28) on which deferred invoices are issued; None is the first.
    billing_day: Mapped[int | None]
    created_at: Mapped[datetime]
    #: Every session and token of the user carries it; a new value ends them all at once.
    session_key: Mapped[str | None]


class ProductTypeRow(ShopBase):
    """What kind of thing a product is."""

    __tablename__ = "host_product_types"

    slug: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    #: By slug, ``name`` and ``default`` of each whole-number property its products have.
    properties: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ProductRow(ShopBase):
    """Something on offer. ``collection`` is the group it is presented under."""

    __tablename__ = "host_products"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    product_type: Mapped[str] = mapped_column(ForeignKey("host_product_types.slug"))
    collection: Mapped[str | None]
    published: Mapped[bool]
    created_at: Mapped[datetime]


class VariantRow(ShopBase):
    """What a customer buys: one version of a product."""

    __tablename__ = "host_variants"
    __table_args__ = (Index("ix_host_variants_product", "product_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("host_products.id", ondelete="CASCADE"))
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class PriceRow(ShopBase):
    """The price of one piece in one currency."""

    __tablename__ = "host_variant_prices"

    variant_id: Mapped[UUID] = mapped_column(
        ForeignKey("host_variants.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount: Mapped[Decimal]


class CheckoutRow(ShopBase):
    """A basket. It becomes the order of the same key; it is never removed."""

    __tablename__ = "host_checkouts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("host_users.id"))
    email: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]
    #: Counts changes, so that what is bought is what was checked.
    version: Mapped[int]


class CheckoutLineRow(ShopBase):
    """One line of a basket. The price is looked up when it is needed."""

    __tablename__ = "host_checkout_lines"
    __table_args__ = (Index("ix_host_checkout_lines_checkout", "checkout_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("host_checkouts.id"))
    position: Mapped[int]
    variant_id: Mapped[UUID]
    quantity: Mapped[int]
    line_metadata: Mapped[dict[str, str]] = mapped_column("metadata")


class OrderRow(ShopBase):
    """A sale. ``checkout_id`` is unique: a basket is sold once, however often it is submitted."""

    __tablename__ = "host_orders"
    __table_args__ = (
        Index("ix_host_orders_user", "user_id", "sequence"),
        Index("ix_host_orders_due", "invoicing", "invoice_at"),
        Index("ix_host_orders_untold", "untold_since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("host_users.id"))
    email: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    #: How it is taxed, settled when it is made: per cent, or None without tax, and whether the
    #: prices of its lines are gross.
    tax_rate: Mapped[Decimal | None]
    prices_include_tax: Mapped[bool] = mapped_column(default=True)
    #: Tax included.
    total: Mapped[Decimal]
    charged: Mapped[Decimal]
    refunded: Mapped[Decimal]
    #: Of the total, what was taken back: credited, or cancelled before it was invoiced.
    taken_back: Mapped[Decimal] = mapped_column(default=Decimal(0))
    #: Whether it is delivered before it is paid; decided when it becomes binding.
    on_account: Mapped[bool] = mapped_column(default=False)
    #: NOW, NEXT_BILLING_DAY or NONE; None until the order is confirmed.
    invoicing: Mapped[str | None] = mapped_column(String(30))
    #: When a deferred invoice is due: the instant at which the billing day begins.
    invoice_at: Mapped[datetime | None]
    checkout_id: Mapped[UUID | None] = mapped_column(unique=True)
    #: Counts the changes of a draft, so that nobody overwrites what somebody else typed meanwhile.
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: Since when plugins have not been notified of a change; see ``outbox.py``.
    untold_since: Mapped[datetime | None]


class OrderLineRow(ShopBase):
    """What was bought, copied: later changes of the product do not reach it."""

    __tablename__ = "host_order_lines"
    __table_args__ = (Index("ix_host_order_lines_order", "order_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("host_orders.id"))
    position: Mapped[int]
    variant_id: Mapped[UUID | None]
    sku: Mapped[str]
    product_name: Mapped[str]
    variant_name: Mapped[str]
    product_type: Mapped[str]
    quantity: Mapped[int]
    quantity_fulfilled: Mapped[int]
    unit_amount: Mapped[Decimal]
    #: What of it was taken back because its licences were cancelled.
    taken_back: Mapped[Decimal] = mapped_column(default=Decimal(0))
    #: Cancelled before it was invoiced: no later invoice bills it.
    is_waived: Mapped[bool] = mapped_column(default=False)
    line_metadata: Mapped[dict[str, str]] = mapped_column("metadata")


class InvoiceRow(ShopBase):
    """An invoice or credit invoice. ``key`` makes a repeated request find the first answer.

    It is never changed: who sells, who buys and what is taxed are copied when it is issued.
    """

    __tablename__ = "host_invoices"
    __table_args__ = (
        UniqueConstraint("kind", "sequence"),
        Index("ix_host_invoices_order", "order_id"),
        Index("ix_host_invoices_made", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("host_orders.id"))
    order_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("host_order_lines.id"))
    kind: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    #: Who pays, as it was then: always whoever placed the order, also for an end customer.
    billed_to: Mapped[str]
    #: ``Party`` of the domain, as it was then.
    seller: Mapped[dict[str, str]]
    buyer: Mapped[dict[str, str]]
    #: For a credit invoice: the invoice it takes back.
    credits_id: Mapped[UUID | None] = mapped_column(ForeignKey("host_invoices.id"))
    tax_rate: Mapped[Decimal | None]
    prices_include_tax: Mapped[bool]
    #: What is paid or credited, tax included; ``tax`` is within it.
    amount: Mapped[Decimal]
    tax: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class InvoiceLineRow(ShopBase):
    """One line of an invoice or credit invoice. The lines add up to the invoice."""

    __tablename__ = "host_invoice_lines"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("host_invoices.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    sku: Mapped[str]
    #: None where an amount is credited that is not so many pieces of something.
    quantity: Mapped[int | None]
    unit_amount: Mapped[Decimal | None]
    net: Mapped[Decimal]
    tax: Mapped[Decimal]


class PaymentRow(ShopBase):
    """Money received for an order."""

    __tablename__ = "host_payments"
    __table_args__ = (Index("ix_host_payments_order", "order_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("host_orders.id"))
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]


class RefundRow(ShopBase):
    """Money granted back. ``key`` makes a repeated request pay once."""

    __tablename__ = "host_granted_refunds"
    __table_args__ = (Index("ix_host_granted_refunds_order", "order_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("host_orders.id"))
    order_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("host_order_lines.id"))
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class FulfillmentRow(ShopBase):
    """A delivered line; a line is delivered once."""

    __tablename__ = "host_fulfillments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_line_id: Mapped[UUID] = mapped_column(ForeignKey("host_order_lines.id"), unique=True)
    #: What the plugin delivered.
    asset_id: Mapped[UUID]
    quantity: Mapped[int]
    created_at: Mapped[datetime]


class CounterRow(ShopBase):
    """The last number given out in a gapless sequence."""

    __tablename__ = "host_counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class SigningKeyRow(ShopBase):
    """A key that signs access tokens; the private half is sealed."""

    __tablename__ = "host_signing_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    private_key: Mapped[str] = mapped_column(Text, info=SEALED)
    created_at: Mapped[datetime]


class OneTimeLinkRow(ShopBase):
    """The newest link with which a person chooses a password; the first run's names nobody."""

    __tablename__ = "host_one_time_links"
    __table_args__ = (Index("ix_host_one_time_links_user", "user_id"),)

    #: SHA-256 of the token, which only the link itself contains.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("host_users.id", ondelete="CASCADE"))
    #: The address it was made for.
    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInFailureRow(ShopBase):
    """Wrong passwords in a row, from one network or for one account from there."""

    __tablename__ = "host_sign_in_failures"

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
