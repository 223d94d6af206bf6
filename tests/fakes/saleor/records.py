"""What this Saleor holds, as plain records. Ids are Saleor's: base64 of type and key."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


def gid(kind: str, key: object) -> str:
    """A global id."""
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


@dataclass
class App:
    id: str
    token: str
    identifier: str
    permissions: set[str]
    active: bool = True
    #: Whether each webhook is active, by its name.
    webhooks: dict[str, bool] = field(default_factory=dict)


@dataclass
class User:
    id: str
    email: str
    company: str = ""
    is_staff: bool = False
    permissions: tuple[str, ...] = ()


@dataclass
class Channel:
    id: str
    slug: str
    currency: str
    active: bool = True


@dataclass
class Attribute:
    id: str
    slug: str
    name: str
    input_type: str


@dataclass
class ProductType:
    id: str
    slug: str
    name: str
    shippable: bool
    attributes: list[str] = field(default_factory=list)
    digital: bool = False


@dataclass
class Category:
    id: str
    slug: str
    name: str


@dataclass
class Collection:
    id: str
    slug: str
    name: str
    products: list[str] = field(default_factory=list)
    channels: dict[str, bool] = field(default_factory=dict)


@dataclass
class Variant:
    id: str
    product: str
    sku: str
    name: str = ""
    track_inventory: bool = True
    #: By channel.
    prices: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Product:
    id: str
    name: str
    slug: str
    product_type: str
    #: Whether it is published, by channel.
    channels: dict[str, bool] = field(default_factory=dict)
    #: By attribute.
    values: dict[str, str] = field(default_factory=dict)
    category: str | None = None


@dataclass
class Line:
    id: str
    variant: str
    product_name: str
    sku: str
    quantity: int
    unit_price: Decimal
    #: What the line costs. Saleor rounds the unit price from it, not the other way about.
    total_price: Decimal
    #: Of the tax within the total, such as 0.19.
    tax_rate: Decimal = Decimal(0)
    metadata: dict[str, str] = field(default_factory=dict)
    fulfilled: int = 0


@dataclass
class FulfillmentLine:
    id: str
    line: str
    quantity: int


@dataclass
class Fulfillment:
    id: str
    status: str
    lines: list[FulfillmentLine]


@dataclass
class GrantedRefund:
    id: str
    amount: Decimal
    reason: str
    transaction: str
    lines: list[tuple[str, int]]
    status: str = "NONE"


@dataclass
class Transaction:
    id: str
    charged: Decimal
    refunded: Decimal = Decimal(0)
    #: Asked back and not answered yet: no longer charged, not yet refunded.
    refund_pending: Decimal = Decimal(0)


@dataclass
class Invoice:
    id: str
    order: str
    created_at: datetime
    number: str | None = None
    url: str | None = None
    status: str = "PENDING"
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)


@dataclass
class Order:
    id: str
    number: str
    created_at: datetime
    updated_at: datetime
    email: str
    channel: str
    user: str | None
    company: str
    has_address: bool = True
    status: str = "UNFULFILLED"
    #: What gift cards paid: it has left the order's total, and no line's.
    by_gift_card: Decimal = Decimal(0)
    #: What was paid outside of any transaction.
    paid_by_hand: Decimal = Decimal(0)
    lines: list[Line] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    grants: list[GrantedRefund] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum((line.total_price for line in self.lines), Decimal(0)) - self.by_gift_card

    @property
    def charged(self) -> Decimal:
        return self.paid_by_hand + sum((t.charged for t in self.transactions), Decimal(0))

    @property
    def refunded(self) -> Decimal:
        return sum((t.refunded for t in self.transactions), Decimal(0))

    @property
    def refund_pending(self) -> Decimal:
        return sum((t.refund_pending for t in self.transactions), Decimal(0))

    def line(self, line_id: str) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)


@dataclass(frozen=True)
class Asked:
    """One call of an app, as the ledger keeps it."""

    operation: str
    variables: dict[str, object]
    app: str | None
