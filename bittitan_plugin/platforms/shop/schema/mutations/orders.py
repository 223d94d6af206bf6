"""What staff do with orders."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.order_records import OrderRecord
from bittitan_plugin.platforms.shop.platform import EmbeddedPlatform
from bittitan_plugin.platforms.shop.schema.context import HostInfo, IdArgument, platform, require
from bittitan_plugin.platforms.shop.schema.errors import ORDER, OrderError, attempt
from bittitan_plugin.platforms.shop.schema.fields import staff_mutation
from bittitan_plugin.platforms.shop.schema.mutations.checkouts import CheckoutLineInput, lines_of
from bittitan_plugin.platforms.shop.schema.scalars import PositiveDecimal
from bittitan_plugin.platforms.shop.schema.types.billing import OrderGrantedRefund, refund_of
from bittitan_plugin.platforms.shop.schema.types.orders import Order, order_of

_PERMISSION = Permission.MANAGE_ORDERS


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
class DraftOrderCreate:
    """The new draft, or why there is none."""

    order: Order | None
    errors: list[OrderError]


@strawberry.type
class DraftOrderComplete:
    """The order the draft became."""

    order: Order | None
    errors: list[OrderError]


@strawberry.type
class OrderExecute:
    """The confirmed order."""

    order: Order | None
    errors: list[OrderError]


@strawberry.type
class OrderMarkAsPaid:
    """The paid order."""

    order: Order | None
    errors: list[OrderError]


@strawberry.type
class OrderCancel:
    """The cancelled order."""

    order: Order | None
    errors: list[OrderError]


@strawberry.type
class OrderGrantRefundCreate:
    """What was paid back."""

    order: Order | None
    granted_refund: OrderGrantedRefund | None
    errors: list[OrderError]


@strawberry.type
class DraftMutation:
    """Orders that staff enter for a customer."""

    @staff_mutation(_PERMISSION)
    async def draft_order_create(
        self, info: HostInfo, input: DraftOrderCreateInput
    ) -> DraftOrderCreate | None:
        """Draft an order for a customer."""
        require(info, _PERMISSION)
        here = platform(info)
        record, errors = await attempt(info, ORDER, lambda: _create_draft(here, input))
        return DraftOrderCreate(order=_order(info, record), errors=errors)

    @staff_mutation(_PERMISSION)
    async def draft_order_complete(
        self, info: HostInfo, order_id: IdArgument
    ) -> DraftOrderComplete | None:
        """Make a draft an order."""
        require(info, _PERMISSION)
        selling = platform(info).selling
        record, errors = await attempt(
            info, ORDER, lambda: selling.complete_draft(parse_id(Kind.ORDER, order_id))
        )
        return DraftOrderComplete(order=_order(info, record), errors=errors)

    @staff_mutation(_PERMISSION)
    async def order_execute(
        self, info: HostInfo, order_id: IdArgument, invoicing: Invoicing
    ) -> OrderExecute | None:
        """Confirm an order and choose when it is invoiced.

        Now, on the customer's next billing day, or not at all.
        """
        require(info, _PERMISSION)
        selling = platform(info).selling
        record, errors = await attempt(
            info, ORDER, lambda: selling.execute(parse_id(Kind.ORDER, order_id), invoicing)
        )
        return OrderExecute(order=_order(info, record), errors=errors)


@strawberry.type
class OrderMutation:
    """Orders."""

    @staff_mutation(_PERMISSION)
    async def order_mark_as_paid(
        self, info: HostInfo, order_id: IdArgument
    ) -> OrderMarkAsPaid | None:
        """Record that all money was received."""
        require(info, _PERMISSION)
        selling = platform(info).selling
        record, errors = await attempt(
            info, ORDER, lambda: selling.mark_as_paid(parse_id(Kind.ORDER, order_id))
        )
        return OrderMarkAsPaid(order=_order(info, record), errors=errors)

    @staff_mutation(_PERMISSION)
    async def order_cancel(self, info: HostInfo, order_id: IdArgument) -> OrderCancel | None:
        """Cancel an order. Refunds nothing by itself."""
        require(info, _PERMISSION)
        selling = platform(info).selling
        record, errors = await attempt(
            info, ORDER, lambda: selling.cancel(parse_id(Kind.ORDER, order_id))
        )
        return OrderCancel(order=_order(info, record), errors=errors)

    @staff_mutation(_PERMISSION)
    async def order_grant_refund_create(
        self, info: HostInfo, order_id: IdArgument, input: OrderGrantRefundCreateInput
    ) -> OrderGrantRefundCreate | None:
        """Pay money back."""
        require(info, _PERMISSION)
        selling = platform(info).selling
        granted, errors = await attempt(
            info,
            ORDER,
            lambda: selling.grant_refund(
                parse_id(Kind.ORDER, order_id), input.amount, input.reason
            ),
        )
        return OrderGrantRefundCreate(
            order=order_of(info, granted[0]) if granted else None,
            granted_refund=refund_of(granted[1]) if granted else None,
            errors=errors,
        )


def _create_draft(here: EmbeddedPlatform, given: DraftOrderCreateInput) -> OrderRecord:
    key = parse_id(Kind.USER, given.user, field="user")
    user = here.customers.find([key]).get(key)
    if user is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such customer.", field="user")
    return here.orders.create_draft(
        user, lines_of(given.lines), email=given.user_email, currency=given.currency
    )


def _order(info: HostInfo, record: OrderRecord | None) -> Order | None:
    return order_of(info, record.row) if record else None
