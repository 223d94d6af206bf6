"""The Saleor's state, and what its staff, its customers and its payment app do to it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from secrets import token_urlsafe
from uuid import uuid4

from tests.fakes.saleor.faults import Faults
from tests.fakes.saleor.records import (
    App,
    Asked,
    Attribute,
    Category,
    Channel,
    Collection,
    Fulfillment,
    FulfillmentLine,
    GrantedRefund,
    Invoice,
    Line,
    Order,
    Product,
    ProductType,
    Transaction,
    User,
    Variant,
    gid,
)
from tests.fakes.saleor.signing import Signing

#: What the app's manifest asks for, and no more.
ALL_PERMISSIONS = frozenset(
    {
        "MANAGE_ORDERS",
        "MANAGE_PRODUCTS",
        "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
        "HANDLE_PAYMENTS",
        "MANAGE_USERS",
    }
)

#: Told of every event: its name as in Saleor's list, and the ids of what it is about.
Listener = Callable[[str, dict[str, str]], None]
#: A line to order: variant, quantity, metadata.
Wanted = tuple[str, int, Mapping[str, str]]


class FakeSaleor:
    """One Saleor. Everything that changes it is thread-safe and announced to ``listeners``."""

    def __init__(self, version: str = "3.23.28") -> None:
        self.version = version
        self.lock = threading.RLock()
        self.faults = Faults()
        self.signing = Signing()
        self.listeners: list[Listener] = []
        self.ledger: list[Asked] = []
        self.apps: dict[str, App] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.attributes: dict[str, Attribute] = {}
        self.product_types: dict[str, ProductType] = {}
        self.collections: dict[str, Collection] = {}
        self.categories: dict[str, Category] = {}
        self.products: dict[str, Product] = {}
        #: What is left of them when their events are rendered.
        self.deleted_products: dict[str, Product] = {}
        self.variants: dict[str, Variant] = {}
        self.orders: dict[str, Order] = {}
        #: Problems of apps in the Dashboard, by key.
        self.problems: dict[str, list[str]] = {}
        self.warehouse = gid("Warehouse", uuid4())
        #: Whether a payment app pays back what it is asked to, at once.
        self.pays_back = True
        self._numbers = count(1)
        self._ticks = count()
        self.add_channel("default-channel", "USD")

    def reset(self) -> None:
        """As when it was new; listeners are forgotten too."""
        with self.lock:
            self.__init__(self.version)  # type: ignore[misc]

    # What an administrator sets up

    def install(self, permissions: frozenset[str] = ALL_PERMISSIONS) -> App:
        """The app with a token of its own, as after an installation."""
        with self.lock:
            app = App(
                id=gid("App", next(self._numbers)),
                token=token_urlsafe(22)[:30],
                identifier="bittitan.plugin",
                permissions=set(permissions),
            )
            self.apps[app.id] = app
        return app

    def add_channel(self, slug: str, currency: str) -> Channel:
        """Another channel."""
        channel = Channel(gid("Channel", next(self._numbers)), slug, currency)
        self.channels[channel.id] = channel
        return channel

    def add_customer(self, email: str, company: str = "") -> User:
        """A customer with a password somewhere."""
        return self._user(User(gid("User", next(self._numbers)), email, company))

    def add_staff(self, email: str, *permissions: str) -> User:
        """A member of staff."""
        return self._user(User(gid("User", next(self._numbers)), email, "", True, permissions))

    # What customers and staff do to orders

    def place(
        self,
        *lines: Wanted,
        customer: User | None = None,
        email: str = "buyer@example.com",
        channel: Channel | None = None,
        status: str = "UNFULFILLED",
    ) -> Order:
        """An order that nobody has paid."""
        with self.lock:
            channel = channel or next(iter(self.channels.values()))
            now = self.now()
            order = Order(
                id=gid("Order", uuid4()),
                number=str(len(self.orders) + 1),
                created_at=now,
                updated_at=now,
                email=customer.email if customer else email,
                channel=channel.id,
                user=customer.id if customer else None,
                company=customer.company if customer else "",
                status=status,
                lines=[self._line(wanted, channel) for wanted in lines],
            )
            self.orders[order.id] = order
        if status != "DRAFT":
            self._announce_order(order)
        return order

    def price(self, *lines: Wanted) -> Decimal:
        """What a basket with these lines costs, in the first channel."""
        channel = next(iter(self.channels.values()))
        made = [self._line(wanted, channel) for wanted in lines]
        return sum((line.total_price for line in made), Decimal(0))

    def complete(self, draft: Order) -> Order:
        """Staff make an order of what they drafted."""
        with self.lock:
            draft.status = "UNFULFILLED"
            self.touch(draft)
        self._announce_order(draft)
        return draft

    def confirm(self, order: Order) -> Order:
        """Staff confirm an order that its channel left unconfirmed."""
        with self.lock:
            assert order.status == "UNCONFIRMED", "only such an order can be confirmed"
            order.status = "UNFULFILLED"
            self.touch(order)
        self.announce("ORDER_CONFIRMED", order=order.id)
        self.announce("ORDER_UPDATED", order=order.id)
        return order

    def delete_product(self, product_id: str) -> None:
        """Staff delete a product: of its variants no event says anything (observed on 3.23)."""
        with self.lock:
            gone = self.products.pop(product_id)
            self.variants = {
                key: each for key, each in self.variants.items() if each.product != product_id
            }
            for collection in self.collections.values():
                collection.products = [key for key in collection.products if key != product_id]
            # What is rendered of it later finds nothing that belonged to it.
            gone.channels, gone.values = {}, {}
            self.deleted_products[product_id] = gone
        self.announce("PRODUCT_DELETED", product=product_id)

    def on_sale(self) -> list[tuple[Variant, Decimal]]:
        """What a storefront shows in the first channel: what is published there and has a price."""
        channel = next(iter(self.channels))
        return [
            (variant, variant.prices[channel])
            for variant in self.variants.values()
            if self.products[variant.product].channels.get(channel) and channel in variant.prices
        ]

    def reprice(self, line: Line, total: str, *, unit: str = "", tax_rate: str = "0") -> None:
        """The line costs that much: by a voucher, a tax, a price that does not divide."""
        line.total_price, line.tax_rate = Decimal(total), Decimal(tax_rate)
        line.unit_price = Decimal(unit) if unit else round(line.total_price / line.quantity, 2)

    def pay(self, order: Order, amount: Decimal | None = None, *, by_hand: bool = False) -> Order:
        """Pay what is owed, by a payment app's transaction or marked as paid by staff."""
        with self.lock:
            paid = order.total - order.charged if amount is None else amount
            if by_hand:
                order.paid_by_hand += paid
            else:
                key = gid("TransactionItem", uuid4())
                order.transactions.append(Transaction(key, charged=paid))
            self.touch(order)
        # Marking as paid says nothing of a single payment (observed on 3.23).
        if not by_hand:
            self.announce("ORDER_PAID", order=order.id)
        if order.charged >= order.total:
            self.announce("ORDER_FULLY_PAID", order=order.id)
        self.announce("ORDER_UPDATED", order=order.id)
        return order

    def cancel(self, order: Order) -> None:
        """Staff cancel the order; nothing is refunded by that (observed on 3.23)."""
        with self.lock:
            order.status = "CANCELED"
            self.touch(order)
        self.announce("ORDER_CANCELLED", order=order.id)
        self.announce("ORDER_UPDATED", order=order.id)

    def refund(self, order: Order, amount: Decimal) -> None:
        """The payment app pays back without anybody having granted it."""
        with self.lock:
            transaction = order.transactions[-1]
            transaction.charged -= amount
            transaction.refunded += amount
            self.touch(order)
        self._announce_refund(order)

    def settle(self, order: Order, grant: GrantedRefund, *, succeeds: bool = True) -> None:
        """The payment app answers a refund it was asked for. A refusal touches no order."""
        with self.lock:
            grant.status = "SUCCESS" if succeeds else "FAILURE"
            transaction = next(t for t in order.transactions if t.id == grant.transaction)
            transaction.refund_pending -= grant.amount
            if succeeds:
                transaction.refunded += grant.amount
                self.touch(order)
            else:
                transaction.charged += grant.amount
        if succeeds:
            self._announce_refund(order)

    def take_pieces(self, order: Order, quantity: int, status: str = "RETURNED") -> None:
        """So many pieces of the only delivery come back, or are replaced by a draft order's."""
        with self.lock:
            (delivery,) = self.deliveries(order, "FULFILLED")
            (delivered,) = delivery.lines
            delivered.quantity -= quantity
            back = FulfillmentLine(self.next_id("FulfillmentLine"), delivered.line, quantity)
            order.fulfillments.append(Fulfillment(self.next_id("Fulfillment"), status, [back]))
            order.fulfillments = [
                each for each in order.fulfillments if any(line.quantity for line in each.lines)
            ]
            order.status = delivery_status(order)
            self.touch(order)
        self.announce("ORDER_UPDATED", order=order.id)

    def cancel_delivery(self, order: Order) -> None:
        """Staff cancel the only delivery; no money moves (observed on 3.23)."""
        with self.lock:
            (delivery,) = self.deliveries(order, "FULFILLED")
            delivery.status = "CANCELED"
            for delivered in delivery.lines:
                line = order.line(delivered.line)
                assert line is not None
                line.fulfilled -= delivered.quantity
            order.status = delivery_status(order)
            self.touch(order)
        self.announce("FULFILLMENT_CANCELED", order=order.id)
        self.announce("ORDER_UPDATED", order=order.id)

    def request_invoice(self, order: Order) -> Invoice:
        """Staff press *Generate* on the order."""
        with self.lock:
            invoice = Invoice(gid("Invoice", next(self._numbers)), order.id, self.now())
            order.invoices.append(invoice)
            self.touch(order)
        self.announce("INVOICE_REQUESTED", order=order.id, invoice=invoice.id)
        return invoice

    # Where everything meets

    def now(self) -> datetime:
        """The time; never the same twice, as on a real database."""
        return datetime.now(UTC) + timedelta(microseconds=next(self._ticks))

    def touch(self, order: Order) -> None:
        """The order changed just now."""
        order.updated_at = self.now()

    def announce(self, event: str, **ids: str) -> None:
        """Tell whoever listens."""
        for listener in list(self.listeners):
            listener(event, ids)

    def next_id(self, kind: str) -> str:
        """A new id of that kind."""
        return gid(kind, next(self._numbers))

    def asked(self, operation: str) -> list[Asked]:
        """The calls of that operation, oldest first."""
        with self.lock:
            return [call for call in self.ledger if call.operation == operation]

    def deliveries(self, order: Order, *statuses: str) -> list[Fulfillment]:
        """The order's fulfilments in these states."""
        return [each for each in order.fulfillments if each.status in statuses]

    def variant_of(self, sku: str) -> Variant:
        """The one variant with that SKU."""
        (found,) = (variant for variant in self.variants.values() if variant.sku == sku)
        return found

    def _user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def _line(self, wanted: Wanted, channel: Channel) -> Line:
        variant_id, quantity, metadata = wanted
        variant = self.variants[variant_id]
        return Line(
            id=gid("OrderLine", uuid4()),
            variant=variant_id,
            product_name=self.products[variant.product].name,
            sku=variant.sku,
            quantity=quantity,
            unit_price=variant.prices[channel.id],
            total_price=variant.prices[channel.id] * quantity,
            metadata=dict(metadata),
        )

    def _announce_order(self, order: Order) -> None:
        self.announce("ORDER_CREATED", order=order.id)
        if order.status == "UNFULFILLED":
            self.announce("ORDER_CONFIRMED", order=order.id)

    def _announce_refund(self, order: Order) -> None:
        self.announce("ORDER_REFUNDED", order=order.id)
        if order.charged <= 0:
            self.announce("ORDER_FULLY_REFUNDED", order=order.id)
        self.announce("ORDER_UPDATED", order=order.id)


def delivery_status(order: Order) -> str:
    """What the order's status is by its deliveries."""
    returned: dict[str, int] = {}
    for fulfillment in order.fulfillments:
        if fulfillment.status in {"RETURNED", "REFUNDED_AND_RETURNED"}:
            for line in fulfillment.lines:
                returned[line.line] = returned.get(line.line, 0) + line.quantity
    if order.status == "CANCELED":
        return order.status
    if order.lines and all(returned.get(line.id, 0) >= line.quantity for line in order.lines):
        return "RETURNED"
    if returned:
        return "PARTIALLY_RETURNED"
    return _fulfilled(order.lines)


def _fulfilled(lines: Sequence[Line]) -> str:
    if all(line.fulfilled >= line.quantity for line in lines):
        return "FULFILLED"
    return "PARTIALLY_FULFILLED" if any(line.fulfilled for line in lines) else "UNFULFILLED"
