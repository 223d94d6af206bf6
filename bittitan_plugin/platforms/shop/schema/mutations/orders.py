"""What staff do with orders."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.order_records import OrderRecord
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema.context import (
    IdArgument,
    ShopInfo,
    platform,
    run,
    viewer,
)
from bittitan_plugin.platforms.shop.schema.errors import OrderError
from bittitan_plugin.platforms.shop.schema.fields import mutation
from bittitan_plugin.platforms.shop.schema.mutations.checkouts import CheckoutLineInput, lines_of
from bittitan_plugin.platforms.shop.schema.scalars import PositiveDecimal
from bittitan_plugin.platforms.shop.schema.types.billing import OrderGrantedRefund, refund_of
from bittitan_plugin.platforms.shop.schema.types.orders import Order, order_of


@strawberry.input
class DraftOrderCreateInput:
    """A draft to be."""

    #: The customer's id.
    user: strawberry.ID
    lines: list[CheckoutLineInput]
    #: Where the goods go; the customer's own address unless given.
    user_email: str | None = None
    currency: str = DEFAULT_CURRENCY


@strawberry.input
class OrderGrantRefundCreateInput:
    """What to pay back; all that is left unless an amount is given."""

    amount: PositiveDecimal | None = None
    reason: str = ""


@strawberry.type
class OrderPayload:
    """What mutations of an order answer."""

    order: Order | None = None
    errors: list[OrderError] = strawberry.field(default_factory=list)


@strawberry.type
class DraftOrderCreate(OrderPayload):
    """The new draft, or why there is none."""


@strawberry.type
class DraftOrderComplete(OrderPayload):
    """The order the draft became."""


@strawberry.type
class OrderExecute(OrderPayload):
    """The confirmed order."""


@strawberry.type
class OrderMarkAsPaid(OrderPayload):
    """The paid order."""


@strawberry.type
class OrderCancel(OrderPayload):
    """The cancelled order."""


@strawberry.type
class OrderGrantRefundCreate:
    """What was paid back."""

    order: Order | None = None
    granted_refund: OrderGrantedRefund | None = None
    errors: list[OrderError] = strawberry.field(default_factory=list)


@strawberry.type
class DraftMutation:
    """Orders that staff enter for a customer."""

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def draft_order_create(
        self, info: ShopInfo, input: DraftOrderCreateInput
    ) -> DraftOrderCreate | None:
        """Draft an order for a customer."""
        here = platform(info)
        record = await run(lambda: _create_draft(here, input, viewer(info).actor))
        return DraftOrderCreate(order=order_of(info, record.row))

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def draft_order_complete(
        self, info: ShopInfo, order_id: IdArgument
    ) -> DraftOrderComplete | None:
        """Make a draft an order."""
        order_changes, key = platform(info).order_changes, parse_id(Kind.ORDER, order_id)
        record = await run(lambda: order_changes.complete_draft(key, by=viewer(info).actor))
        return DraftOrderComplete(order=order_of(info, record.row))

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def order_execute(
        self, info: ShopInfo, order_id: IdArgument, invoicing: Invoicing
    ) -> OrderExecute | None:
        """Confirm an order and choose when it is invoiced.

        Now, on the customer's next billing day, or not at all.
        """
        order_changes, key = platform(info).order_changes, parse_id(Kind.ORDER, order_id)
        record = await run(lambda: order_changes.execute(key, invoicing, by=viewer(info).actor))
        return OrderExecute(order=order_of(info, record.row))


@strawberry.type
class OrderMutation:
    """Orders."""

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def order_mark_as_paid(
        self, info: ShopInfo, order_id: IdArgument
    ) -> OrderMarkAsPaid | None:
        """Record that all money was received."""
        order_changes, key = platform(info).order_changes, parse_id(Kind.ORDER, order_id)
        record = await run(lambda: order_changes.mark_as_paid(key, by=viewer(info).actor))
        return OrderMarkAsPaid(order=order_of(info, record.row))

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def order_cancel(self, info: ShopInfo, order_id: IdArgument) -> OrderCancel | None:
        """Cancel an order. Refunds nothing by itself."""
        order_changes, key = platform(info).order_changes, parse_id(Kind.ORDER, order_id)
        record = await run(lambda: order_changes.cancel(key, by=viewer(info).actor))
        return OrderCancel(order=order_of(info, record.row))

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def order_grant_refund_create(
        self, info: ShopInfo, order_id: IdArgument, input: OrderGrantRefundCreateInput
    ) -> OrderGrantRefundCreate | None:
        """Pay money back."""
        order_changes, key = platform(info).order_changes, parse_id(Kind.ORDER, order_id)
        order, refund = await run(
            lambda: order_changes.grant_refund(
                key, input.amount, input.reason, by=viewer(info).actor
            )
        )
        return OrderGrantRefundCreate(order=order_of(info, order), granted_refund=refund_of(refund))


def _create_draft(here: ShopPlatform, given: DraftOrderCreateInput, by: Actor) -> OrderRecord:
    key = parse_id(Kind.USER, given.user, field="user")
    user = here.customers.find([key]).get(key)
    if user is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such customer.", field="user")
    return here.orders.create_draft(
        user, lines_of(given.lines), email=given.user_email, currency=given.currency, by=by
    )
