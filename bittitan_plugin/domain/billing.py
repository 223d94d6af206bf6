"""Invoices as references: the platform issues them, the asset remembers which ones are its own."""

from dataclasses import dataclass

from bittitan_plugin.domain.money import Money


@dataclass(frozen=True, kw_only=True)
class InvoiceReference:
    """An invoice or credit invoice of the host."""

    id: str
    number: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Credit:
    """One full credit for one cancelled asset.

    ``key`` is the same however often it is asked for, so the host can issue it once.
    """

    key: str
    order_id: str
    order_line_id: str
    amount: Money
    reason: str
