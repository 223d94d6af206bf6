"""The port for the commerce platform that the plugin is attached to.

Reads return what the platform holds *now*. Writes are idempotent: repeated with the same
arguments they return the first result, so a retried step never invoices or credits twice.
Every method may raise ``Unavailable``, ``Rejected`` or (writes) ``OutcomeUnknown``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bittitan_plugin.domain.billing import Credit, InvoiceReference, Refund
from bittitan_plugin.domain.catalogue import Listed, PlatformVariant, ProductType
from bittitan_plugin.domain.errors import BitTitanError, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, Order, UnreadableOrder


@dataclass(frozen=True, kw_only=True)
class FulfilledLine:
    """A line with an obtained coupon. It has only ids, never a code."""

    order_id: str
    order_line_id: str
    asset_id: UUID
    quantity: int


@dataclass(frozen=True, kw_only=True)
class TypeProperty:
    """A property that every product of a type has: a whole number of days."""

    slug: str
    name: str
    #: Days, for a product that does not say otherwise.
    default: int


@dataclass(frozen=True, kw_only=True)
class TypeDefinition:
    """A product type the platform must have, with its properties."""

    slug: str
    name: str
    properties: tuple[TypeProperty, ...]


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """A product that the platform should present, as the vendor lists it."""

    sku: str
    product_type: ProductType
    listed: Listed
    #: The list's values at the last import; see ``domain.importing.brought_up_to_date``.
    previous: Listed | None = None
    #: The variant that presents it, as far as the plugin knows.
    variant_id: str | None = None
    #: Make it (unpublished) when the platform has none; if False, a deleted one stays deleted.
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What staff decided about one product. None leaves a value as the platform has it."""

    sku: str
    product_type: ProductType
    #: The variant that sells it; None finds it by ``sku`` or makes one.
    variant_id: str | None = None
    name: str | None = None
    #: Replaces all of them.
    prices: Mapping[str, Money] | None = None
    published: bool | None = None
    #: Both clocks in days, where the platform keeps them.
    expire_days: int | None = None
    validity_days: int | None = None


class PluginsRejected(BitTitanError):
    """One or more plugins do not accept this; nothing was changed."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


class Platform(Protocol):
    """A commerce platform, for one installation."""

    def order(self, order_id: str) -> Order | None:
        """The order as it is now, or None when the platform does not have it (yet)."""

    def orders_since(self, since: datetime) -> Iterator[Sequence[Order | UnreadableOrder]]:
        """Every order that was placed or has changed at or after ``since``, in batches.

        All of them, whatever their status: paid and unpaid, confirmed and cancelled, with and
        without lines of ours; but no drafts. Each as ``order`` would show it, with all its lines;
        ``invoice`` may be None. Fetched as it is consumed, in pages of at most 100, so memory
        stays bounded. In a fixed order (by id or by creation), so that an order is neither missed
        nor read twice because others change meanwhile; one placed during the reading may be left
        out. A platform that cannot tell what has changed yields all orders. An order that cannot
        be read becomes an ``UnreadableOrder``, and the others follow. Reads only. Raises
        ``Unavailable`` or ``Rejected`` when a page cannot be read; earlier pages remain valid.
        """

    def customer(self, customer_id: str) -> Customer | None:
        """The customer with that id, or None; staff are not customers."""

    def license_page(self, asset_id: UUID) -> str | None:
        """The address where the buyer reads that asset's page, for e-mails.

        None where the platform's customers have no such page. Reads nothing.
        """

    def invoice(self, order_id: str) -> InvoiceReference | None:
        """The order's invoice; issues it if it is due by the order's invoicing and there is none.

        None when the order will not be invoiced, or not yet.
        """

    def due_for_invoice(self, now: datetime) -> Sequence[str]:
        """Ids of the orders that should have been invoiced by ``now`` and are not, oldest first.

        Days that were missed are included, however long ago they were.
        """

    def fulfilled(self, line: FulfilledLine) -> None:
        """Report to the platform that the line has been delivered."""

    def credit(self, credit: Credit) -> InvoiceReference | None:
        """Issue one credit invoice for ``credit.key``, or return the one issued before.

        Credits what was invoiced. None when the line was not invoiced: then it is never invoiced
        later, or whoever invoices it asks for this credit again.
        """

    def refund(self, credit: Credit) -> Refund:
        """Ask to pay back what was received of ``credit.amount``; once per ``credit.key``.

        A failed attempt is repeated. Returns how far the refund is now.
        """

    def refund_of(self, credit: Credit) -> Refund:
        """How far the refund of ``credit`` is now. Reads only."""

    def ensure_product_types(self, definitions: Sequence[TypeDefinition]) -> frozenset[str]:
        """Make the types and properties that are missing; change none that exist.

        Returns the slugs of the types that were made.
        """

    def ensure_group(self, name: str) -> None:
        """Make the product group when it is missing."""

    def present(
        self, presentations: Sequence[Presentation], group: str
    ) -> Mapping[str, PlatformVariant]:
        """The variants that sell these products, by SKU, in one transaction for all of them.

        Each is looked up by its id, then by SKU and type; made in ``group`` if it is new. An
        existing one is updated only where nobody edited it. Products without a variant are
        absent from the answer.
        """

    def variants(
        self, product_types: Collection[ProductType]
    ) -> Iterator[Sequence[PlatformVariant]]:
        """Every variant of these types, in batches as they are consumed."""

    def offer(self, offer: Offer, group: str) -> PlatformVariant:
        """Apply what staff decided; made in ``group`` when the platform has no such variant.

        Raises ``Rejected``: NOT_FOUND or INVALID on ``variant_id``, UNIQUE on ``sku``.
        """

    def withdraw(self, variant_id: str) -> None:
        """Stop offering that variant; does nothing when it no longer exists."""


class Platforms(Protocol):
    """Finds the platform of an installation."""

    def of(self, installation_id: UUID) -> Platform:
        """The platform this installation is attached to."""
