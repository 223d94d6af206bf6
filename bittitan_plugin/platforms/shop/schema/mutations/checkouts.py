"""From basket to order."""

from collections.abc import Sequence

import strawberry

from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.schema.context import (
    IdArgument,
    ShopInfo,
    platform,
    run,
    signed_in,
)
from bittitan_plugin.platforms.shop.schema.errors import CheckoutError
from bittitan_plugin.platforms.shop.schema.fields import mutation
from bittitan_plugin.platforms.shop.schema.queries import check_channel
from bittitan_plugin.platforms.shop.schema.types.checkouts import Checkout, checkout_of
from bittitan_plugin.platforms.shop.schema.types.metadata import MetadataInput
from bittitan_plugin.platforms.shop.schema.types.orders import Order, order_of


@strawberry.input
class CheckoutLineInput:
    """So many pieces of a variant."""

    variant_id: strawberry.ID
    quantity: int
    metadata: list[MetadataInput] = strawberry.field(default_factory=list)


@strawberry.input
class CheckoutLineUpdateInput:
    """A line's new quantity; 0 removes the line."""

    line_id: strawberry.ID
    quantity: int


@strawberry.input
class CheckoutCreateInput:
    """A basket to be."""

    lines: list[CheckoutLineInput]
    #: Where the goods go; the customer's own address unless given.
    email: str | None = None
    channel: str | None = None
    currency: str = DEFAULT_CURRENCY


@strawberry.type
class CheckoutPayload:
    """What mutations of a basket answer."""

    checkout: Checkout | None = None
    errors: list[CheckoutError] = strawberry.field(default_factory=list)


@strawberry.type
class CheckoutCreate(CheckoutPayload):
    """The new basket, or why there is none."""


@strawberry.type
class CheckoutLinesAdd(CheckoutPayload):
    """The basket with the new lines."""


@strawberry.type
class CheckoutLinesUpdate(CheckoutPayload):
    """The basket with the new quantities."""


@strawberry.type
class CheckoutComplete:
    """The order the basket became."""

    order: Order | None = None
    #: Always false: there is no gateway that asks for something.
    confirmation_needed: bool = False
    errors: list[CheckoutError] = strawberry.field(default_factory=list)


@strawberry.type
class CheckoutMutation:
    """Baskets. Each belongs to the customer who is signed in."""

    @mutation()
    async def checkout_create(
        self, info: ShopInfo, input: CheckoutCreateInput
    ) -> CheckoutCreate | None:
        """Make a basket. Requires to be signed in."""
        user, checkouts = signed_in(info), platform(info).checkouts
        check_channel(input.channel)
        lines, email, currency = lines_of(input.lines), input.email, input.currency
        record = await run(lambda: checkouts.create(user, lines, email=email, currency=currency))
        return CheckoutCreate(checkout=checkout_of(info, record))

    @mutation()
    async def checkout_lines_add(
        self, info: ShopInfo, checkout_id: IdArgument, lines: list[CheckoutLineInput]
    ) -> CheckoutLinesAdd | None:
        """Add to a basket. Requires to be signed in."""
        user, checkouts = signed_in(info), platform(info).checkouts
        key, wanted = parse_id(Kind.CHECKOUT, checkout_id), lines_of(lines)
        record = await run(lambda: checkouts.add_lines(user, key, wanted))
        return CheckoutLinesAdd(checkout=checkout_of(info, record))

    @mutation()
    async def checkout_lines_update(
        self, info: ShopInfo, checkout_id: IdArgument, lines: list[CheckoutLineUpdateInput]
    ) -> CheckoutLinesUpdate | None:
        """Change quantities. Requires to be signed in."""
        user, checkouts = signed_in(info), platform(info).checkouts
        key = parse_id(Kind.CHECKOUT, checkout_id)
        quantities = [(line.line_id, line.quantity) for line in lines]
        record = await run(lambda: checkouts.set_quantities(user, key, quantities))
        return CheckoutLinesUpdate(checkout=checkout_of(info, record))

    @mutation()
    async def checkout_complete(
        self,
        info: ShopInfo,
        checkout_id: IdArgument,
        payment_data: str | None = None,  # noqa: ARG002 - Saleor's clients send it
        pay: bool = True,
    ) -> CheckoutComplete | None:
        """Buy the basket, once: completing it again returns the same order.

        The order waits until staff mark it as paid. In a demonstration it is paid at once, unless
        `pay` is false. Requires to be signed in.
        """
        user, order_changes = signed_in(info), platform(info).order_changes
        key = parse_id(Kind.CHECKOUT, checkout_id)
        record = await run(lambda: order_changes.complete_checkout(user, key, pay=pay))
        return CheckoutComplete(order=order_of(info, record.row))


def lines_of(lines: Sequence[CheckoutLineInput]) -> list[LineInput]:
    """Lines as the services take them."""
    return [
        LineInput(
            variant_id=line.variant_id,
            quantity=line.quantity,
            metadata=[(item.key, item.value) for item in line.metadata],
        )
        for line in lines
    ]
