"""What staff do with orders."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.drafts import DraftChanges
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
from bittitan_plugin.platforms.shop.tables import UserRow


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
class DraftOrderInput:
    """What becomes of a draft; what is left out stays."""

    #: The customer's id.
    user: strawberry.ID | None = None
    #: All lines, at the prices of today.
    lines: list[CheckoutLineInput] | None = None
    #: Where the goods go.
    user_email: str | None = None
    currency: str | None = None


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
class DraftOrderUpdate(OrderPayload):
    """The changed draft."""


@strawberry.type
class DraftOrderDelete(OrderPayload):
    """The draft as it was."""


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
        by = viewer(info).actor
        record = await run(lambda: _create_draft(here, input, by))
        return DraftOrderCreate(order=order_of(info, record.row))

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def draft_order_update(
        self, info: ShopInfo, order_id: IdArgument, input: DraftOrderInput
    ) -> DraftOrderUpdate | None:
        """Change a draft."""
        here, by = platform(info), viewer(info).actor
        key = parse_id(Kind.ORDER, order_id)
        record = await run(lambda: here.drafts.update(key, _changes(here, input), by=by))
        return DraftOrderUpdate(order=order_of(info, record.row))

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def draft_order_delete(
        self, info: ShopInfo, order_id: IdArgument
    ) -> DraftOrderDelete | None:
        """Delete a draft."""
        here, by = platform(info), viewer(info).actor
        key = parse_id(Kind.ORDER, order_id)
        record = await run(lambda: here.drafts.delete(key, by=by))
        return DraftOrderDelete(order=order_of(info, record.row))

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
    return here.drafts.create(
        _customer(here, given.user),
        lines_of(given.lines),
        email=given.user_email,
        currency=given.currency,
        by=by,
    )


def _changes(here: ShopPlatform, given: DraftOrderInput) -> DraftChanges:
    return DraftChanges(
        user=None if given.user is None else _customer(here, given.user),
        lines=None if given.lines is None else lines_of(given.lines),
        email=given.user_email,
        currency=given.currency,
    )


def _customer(here: ShopPlatform, user_id: str) -> UserRow:
    key = parse_id(Kind.USER, user_id, field="user")
    user = here.customers.find([key]).get(key)
    if user is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such customer.", field="user")
    return user
