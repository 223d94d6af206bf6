"""From basket to order."""

from collections.abc import Sequence

import strawberry

from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY, CheckoutRecord
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.schema.context import HostInfo, IdArgument, platform, signed_in
from bittitan_plugin.platforms.shop.schema.errors import CHECKOUT, CheckoutError, attempt
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
class CheckoutCreate:
    """The new basket, or why there is none."""

    checkout: Checkout | None
    errors: list[CheckoutError]


@strawberry.type
class CheckoutLinesAdd:
    """The basket with the new lines."""

    checkout: Checkout | None
    errors: list[CheckoutError]


@strawberry.type
class CheckoutLinesUpdate:
    """The basket with the new quantities."""

    checkout: Checkout | None
    errors: list[CheckoutError]


@strawberry.type
class CheckoutComplete:
    """The order the basket became."""

    order: Order | None
    #: Always false: there is no gateway that asks for something.
    confirmation_needed: bool
    errors: list[CheckoutError]


@strawberry.type
class CheckoutMutation:
    """Baskets. Each belongs to the customer who is signed in."""

    @mutation
    async def checkout_create(
        self, info: HostInfo, input: CheckoutCreateInput
    ) -> CheckoutCreate | None:
        """Make a basket. Requires to be signed in."""
        user, checkouts = signed_in(info), platform(info).checkouts

        def create() -> CheckoutRecord:
            check_channel(input.channel)
            lines = lines_of(input.lines)
            return checkouts.create(user, lines, email=input.email, currency=input.currency)

        record, errors = await attempt(info, CHECKOUT, create)
        return CheckoutCreate(checkout=_checkout(info, record), errors=errors)

    @mutation
    async def checkout_lines_add(
        self, info: HostInfo, checkout_id: IdArgument, lines: list[CheckoutLineInput]
    ) -> CheckoutLinesAdd | None:
        """Add to a basket. Requires to be signed in."""
        user, checkouts = signed_in(info), platform(info).checkouts
        record, errors = await attempt(
            info,
            CHECKOUT,
            lambda: checkouts.add_lines(
                user, parse_id(Kind.CHECKOUT, checkout_id), lines_of(lines)
            ),
        )
        return CheckoutLinesAdd(checkout=_checkout(info, record), errors=errors)

    @mutation
    async def checkout_lines_update(
        self, info: HostInfo, checkout_id: IdArgument, lines: list[CheckoutLineUpdateInput]
    ) -> CheckoutLinesUpdate | None:
        """Change quantities. Requires to be signed in."""
        user, checkouts = signed_in(info), platform(info).checkouts
        record, errors = await attempt(
            info,
            CHECKOUT,
            lambda: checkouts.set_quantities(
                user,
                parse_id(Kind.CHECKOUT, checkout_id),
                [(line.line_id, line.quantity) for line in lines],
            ),
        )
        return CheckoutLinesUpdate(checkout=_checkout(info, record), errors=errors)

    @mutation
    async def checkout_complete(
        self,
        info: HostInfo,
        checkout_id: IdArgument,
        payment_data: str | None = None,  # noqa: ARG002 - Saleor's clients send it
        pay: bool = True,
    ) -> CheckoutComplete | None:
        """Buy the basket, once: completing it again returns the same order.

        The order waits until staff mark it as paid. In a demonstration it is paid at once, unless
        `pay` is false. Requires to be signed in.
        """
        user, selling = signed_in(info), platform(info).selling
        record, errors = await attempt(
            info,
            CHECKOUT,
            lambda: selling.complete_checkout(user, parse_id(Kind.CHECKOUT, checkout_id), pay=pay),
        )
        return CheckoutComplete(
            order=order_of(info, record.row) if record else None,
            confirmation_needed=False,
            errors=errors,
        )


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


def _checkout(info: HostInfo, record: CheckoutRecord | None) -> Checkout | None:
    return checkout_of(info, record) if record else None
