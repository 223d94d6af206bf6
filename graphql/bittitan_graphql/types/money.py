"""The GraphQL types of money, invoices and refunds, as values inside other objects."""

from decimal import Decimal

import strawberry

from bittitan_plugin.domain.billing import InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.money import Money


@strawberry.type(description="An exact amount of money.")
class BitTitanMoney:
    """Has a name of its own, because Saleor has ``Money`` too."""

    amount: Decimal = strawberry.field(
        description="In currency units, written as text so that nothing is rounded: `14.50`."
    )
    currency: str = strawberry.field(description="Three letters, by ISO 4217.")

    @classmethod
    def of(cls, money: Money) -> "BitTitanMoney":
        """From the domain's value."""
        return cls(amount=money.amount, currency=money.currency)


@strawberry.type(description="An invoice or credit invoice that the commerce platform issued.")
class BitTitanInvoice:
    """A reference; the platform has the document itself."""

    id: strawberry.ID = strawberry.field(description="The platform's id of the invoice.")
    number: str = strawberry.field(description="The number printed on it.")
    url: str | None = strawberry.field(description="Where it can be fetched, if the platform says.")

    @classmethod
    def of(cls, invoice: InvoiceReference | None) -> "BitTitanInvoice | None":
        """From the domain's value."""
        if invoice is None:
            return None
        return cls(id=strawberry.ID(invoice.id), number=invoice.number, url=invoice.url)


@strawberry.type(description="Where the money stands that a cancellation gives back.")
class BitTitanRefund:
    """Never more than was received."""

    status: RefundStatus = strawberry.field(description="How far it has come.")
    amount: BitTitanMoney = strawberry.field(description="What the platform pays back by itself.")
    by_hand: BitTitanMoney = strawberry.field(
        description="What cannot go back by itself, such as a gift card's part; staff see to it."
    )

    @classmethod
    def of(cls, refund: Refund | None) -> "BitTitanRefund | None":
        """From the domain's value."""
        if refund is None:
            return None
        return cls(
            status=refund.status,
            amount=BitTitanMoney.of(refund.amount),
            by_hand=BitTitanMoney.of(refund.by_hand),
        )
