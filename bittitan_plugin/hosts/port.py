"""What the plugin asks of the commerce platform it is attached to.

Reads return what the platform holds *now*. Writes are idempotent: repeated with the same
arguments they return the first result, so a retried step never invoices or credits twice.
Every method may raise ``Unavailable``, ``Rejected`` or (writes) ``OutcomeUnknown``.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bittitan_plugin.domain.billing import Credit, InvoiceReference
from bittitan_plugin.domain.orders import Order


@dataclass(frozen=True, kw_only=True)
class FulfilledLine:
    """A line whose coupon has been obtained. It carries ids only, never a code."""

    order_id: str
    order_line_id: str
    asset_id: UUID
    quantity: int


class Host(Protocol):
    """A commerce platform, for one installation."""

    def order(self, order_id: str) -> Order | None:
        """The order as it stands now, or None when the platform has (not yet) got it."""

    def invoice(self, order_id: str) -> InvoiceReference | None:
        """The order's invoice; issues it if the order's invoicing says now and there is none.

        None when the order is not to be invoiced, or not yet.
        """

    def fulfilled(self, line: FulfilledLine) -> None:
        """Tell the platform that the line has been delivered."""

    def credit(self, credit: Credit) -> InvoiceReference:
        """Issue one credit invoice for ``credit.key``, or return the one issued before."""

    def refund(self, credit: Credit) -> None:
        """Ask the platform to pay ``credit.amount`` back; once per ``credit.key``."""


class Hosts(Protocol):
    """Gives the platform of an installation."""

    def of(self, installation_id: UUID) -> Host:
        """The platform this installation is attached to."""
