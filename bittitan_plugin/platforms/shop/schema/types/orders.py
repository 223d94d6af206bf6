"""Orders, and the users who placed them."""

from datetime import datetime
from uuid import UUID

import strawberry

from bittitan_graphql.errors import PermissionDenied
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.money import Money as DomainMoney
from bittitan_plugin.domain.orders import Invoicing, ProvisionOn
from bittitan_plugin.platforms.shop.account_credit import credit_of
from bittitan_plugin.platforms.shop.ids import INSTALLATION, Kind, global_id
from bittitan_plugin.platforms.shop.order_next_step import awaits_payment, next_step
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    ChargeStatus,
    OrderState,
    charge_status,
    is_fully_paid,
    line_amount,
    number_of,
    taxation_of,
    total_of,
)
from bittitan_plugin.platforms.shop.paging import PageRequest
from bittitan_plugin.platforms.shop.schema.composition import composed
from bittitan_plugin.platforms.shop.schema.connections import CountableConnection, connect
from bittitan_plugin.platforms.shop.schema.context import (
    ShopInfo,
    loaders,
    platform,
    viewer,
)
from bittitan_plugin.platforms.shop.schema.fields import field
from bittitan_plugin.platforms.shop.schema.scalars import Money, TaxedMoney, money_of, taxed
from bittitan_plugin.platforms.shop.schema.types.billing import (
    Invoice,
    OrderGrantedRefund,
    invoice_of,
    refund_of,
)
from bittitan_plugin.platforms.shop.schema.types.metadata import MetadataItem, items_of
from bittitan_plugin.platforms.shop.schema.types.products import ProductVariant, variant_of
from bittitan_plugin.platforms.shop.tables import OrderLineRow, OrderRow, UserRow

OrderStatus = strawberry.enum(OrderState, name="OrderStatus")
PaymentChargeStatus = strawberry.enum(ChargeStatus, name="PaymentChargeStatusEnum")
OrderInvoicing = strawberry.enum(Invoicing, name="OrderInvoicing")


@strawberry.type
class OrderLine:
    """What was bought, as it was then."""

    id: strawberry.ID
    product_name: str
    variant_name: str
    product_sku: str | None
    quantity: int
    quantity_fulfilled: int
    unit_price: TaxedMoney
    total_price: TaxedMoney
    metadata: list[MetadataItem]
    variant_key: strawberry.Private[UUID | None]

    @field
    async def variant(self, info: ShopInfo) -> ProductVariant | None:
        """The variant, while it is still on offer."""
        if self.variant_key is None:
            return None
        variant = await loaders(info).variants.load(self.variant_key)
        return variant_of(info, variant) if variant else None


@strawberry.type
class Order:
    """A sale. Visible to its owner and to staff with MANAGE_ORDERS."""

    id: strawberry.ID
    number: str
    created: datetime
    updated_at: datetime
    status: OrderState
    payment_status: ChargeStatus
    is_paid: bool
    user_email: str | None
    total_charged: Money
    total_refunded: Money
    invoicing: Invoicing | None
    #: Whether it is delivered before it is paid, because its customer buys on account.
    on_account: bool
    row: strawberry.Private[OrderRow]

    @field
    async def awaits_payment(self, info: ShopInfo) -> bool:
        """Whether its licences are obtained only once it is paid, and it is not."""
        if OrderState(self.row.status) in {*OPEN_STATES, OrderState.CANCELED}:
            return False
        provision_on = await _provision_on(info)
        return awaits_payment(self.row, provision_on, on_account=self.row.on_account)

    @field
    async def next_step(self, info: ShopInfo) -> str | None:
        """What happens next, in words for its customer."""
        return next_step(self.row, await _provision_on(info))

    @field
    async def total(self, info: ShopInfo) -> TaxedMoney:
        """What is paid for it, and the tax within it."""
        rows = await loaders(info).order_lines.load(self.row.id)
        return taxed(total_of(self.row, rows or ()))

    @field
    async def lines(self, info: ShopInfo) -> list[OrderLine]:
        """What was bought."""
        rows = await loaders(info).order_lines.load(self.row.id)
        return [_line_of(self.row, row) for row in rows or ()]

    @field
    async def invoices(self, info: ShopInfo) -> list[Invoice]:
        """Invoices and credit invoices, oldest first."""
        return [
            invoice_of(info, row) for row in await loaders(info).invoices.load(self.row.id) or ()
        ]

    @field
    async def granted_refunds(self, info: ShopInfo) -> list[OrderGrantedRefund]:
        """What was paid back, oldest first."""
        return [refund_of(row) for row in await loaders(info).refunds.load(self.row.id) or ()]

    @field
    async def user(self, info: ShopInfo) -> "User | None":
        """Who placed it."""
        row = await loaders(info).users.load(self.row.user_id)
        return user_of(info, row) if row else None


@strawberry.type
class UserPermission:
    """What a member of staff may do."""

    code: str
    name: str


@strawberry.type
class User:
    """A customer, or a member of staff."""

    id: strawberry.ID
    email: str
    company_name: str
    is_staff: bool
    billing_day: int | None
    #: Whether its orders are delivered before they are paid.
    buys_on_account: bool
    #: The most it may owe at a time; null is no limit. It counts only for who buys on account.
    credit_limit: Money | None
    date_joined: datetime
    row: strawberry.Private[UserRow]

    @field
    def user_permissions(self) -> list[UserPermission] | None:
        """What this member of staff may do."""
        return [
            UserPermission(code=code, name=code.replace("_", " ").capitalize() + ".")
            for code in self.row.permissions
        ]

    @field
    async def orders(
        self,
        info: ShopInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CountableConnection[Order] | None:
        """The orders this user placed, newest first."""
        asking = viewer(info)
        if asking.email != self.email and not asking.may(Permission.MANAGE_ORDERS):
            raise PermissionDenied(f"one of the following permissions: {Permission.MANAGE_ORDERS}")
        request = PageRequest(first=first, after=after, last=last, before=before)
        listing = platform(info).orders.of_user(self.row.id)
        return await connect(info, listing, request, lambda row: order_of(info, row))


async def _provision_on(info: ShopInfo) -> ProvisionOn:
    known = await loaders(info).provision_on.load(INSTALLATION)
    return known or Configuration().provision_on


def order_of(info: ShopInfo, row: OrderRow) -> Order:
    """An order for the wire."""
    return composed(info, Order)(
        id=strawberry.ID(global_id(Kind.ORDER, row.id)),
        number=number_of(row),
        created=row.created_at,
        updated_at=row.updated_at,
        status=OrderState(row.status),
        payment_status=charge_status(row),
        is_paid=is_fully_paid(row),
        user_email=row.email,
        total_charged=money_of(row.charged, row.currency),
        total_refunded=money_of(row.refunded, row.currency),
        invoicing=Invoicing(row.invoicing) if row.invoicing else None,
        on_account=row.on_account,
        row=row,
    )


def user_of(info: ShopInfo, row: UserRow) -> User:
    """A user for the wire."""
    limit = credit_of(row).limit
    return composed(info, User)(
        id=strawberry.ID(global_id(Kind.USER, row.id)),
        email=row.email,
        company_name=row.company,
        is_staff=row.is_staff,
        billing_day=row.billing_day,
        buys_on_account=row.buys_on_account,
        credit_limit=money_of(limit.amount, limit.currency) if limit else None,
        date_joined=row.created_at,
        row=row,
    )


def _line_of(order: OrderRow, row: OrderLineRow) -> OrderLine:
    price = DomainMoney(row.unit_amount, order.currency)
    return OrderLine(
        id=strawberry.ID(global_id(Kind.ORDER_LINE, row.id)),
        product_name=row.product_name,
        variant_name=row.variant_name,
        product_sku=row.sku,
        quantity=row.quantity,
        quantity_fulfilled=row.quantity_fulfilled,
        unit_price=taxed(taxation_of(order).of(price)),
        total_price=taxed(line_amount(order, row)),
        metadata=items_of(row.line_metadata),
        variant_key=row.variant_id,
    )
