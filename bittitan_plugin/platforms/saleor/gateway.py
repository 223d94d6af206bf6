"""Implements the port ``ports/platform.py`` for one Saleor, by calls to Saleor's API."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from bittitan_plugin.domain.billing import Credit, InvoiceReference, Refund
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, PlatformVariant, ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.orders import Customer, Order, UnreadableOrder
from bittitan_plugin.platforms.saleor import catalogue, fulfilling, invoices, refunds
from bittitan_plugin.platforms.saleor import products as merchandise
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.changes import changed_orders
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.ids import is_of
from bittitan_plugin.platforms.saleor.invoice_documents import InvoiceDocument, read_document
from bittitan_plugin.platforms.saleor.invoice_links import InvoiceLinks
from bittitan_plugin.platforms.saleor.invoices import Link, invoice_among
from bittitan_plugin.platforms.saleor.order_lease import OrderLease, OrderLeases, alone
from bittitan_plugin.platforms.saleor.orders import order_from
from bittitan_plugin.platforms.saleor.unreadable import Node, spoken, variants_of
from bittitan_plugin.ports.platform import FulfilledLine, Offer, Presentation, TypeDefinition

_log = structlog.get_logger(__name__)


def saleor_gateway(
    app: SaleorApp,
    apps: SaleorApps,
    links: InvoiceLinks,
    turns: OrderLeases,
    configuration: Callable[[UUID], Configuration],
) -> "SaleorGateway":
    """The platform that ``app`` is installed at. Raises ``UnreadableSecret``."""
    return SaleorGateway(
        SaleorClient(app.api_url, apps.token(app)),
        version=app.version,
        link=links.of(app.installation_id),
        turn=turns.of(app.installation_id),
        configuration=lambda: configuration(app.installation_id),
    )


def _read(node: Node) -> Order | UnreadableOrder:
    try:
        return order_from(node)
    except Exception as broken:  # any failure concerns only this order
        why = spoken(broken)
        _log.warning("order_not_read", order=node["id"], why=why)
        return UnreadableOrder(
            id=node["id"], number=str(node.get("number")), why=why, variant_ids=variants_of(node)
        )


class SaleorGateway:
    """``ports.platform.Platform`` for one Saleor. Writes read first, so they may be repeated.

    ``link`` gives the address of the page that shows an invoice, ``turn`` keeps the lines of an
    order from writing to it at once; ``configuration`` is the distributor's: whether the plugin
    issues the orders' invoices, and the category of new products.
    """

    def __init__(
        self,
        client: SaleorClient,
        *,
        version: str,
        link: Link,
        turn: OrderLease = alone,
        configuration: Callable[[], Configuration] = Configuration,
    ) -> None:
        self._client = client
        self._version = version
        self._link = link
        self._turn = turn
        self._configuration = configuration

    def order(self, order_id: str) -> Order | None:
        """The order as it is now; None for a draft, which is not an order yet."""
        if not is_of("Order", order_id):
            return None
        node = self._client.execute("order", {"id": order_id})["order"]
        if node is None or node["status"] == "DRAFT":
            return None
        return replace(order_from(node), invoice=invoice_among(node["invoices"]))

    def orders_since(self, since: datetime) -> Iterator[Sequence[Order | UnreadableOrder]]:
        """Every order placed or changed at or after ``since``, in batches, without drafts."""
        for page in changed_orders(self._client, since, self._version, sort="CREATED_AT"):
            yield [_read(node) for node in page if node["status"] != "DRAFT"]

    def invoice_document(self, order_id: str, number: str) -> InvoiceDocument | None:
        """The contents of an invoice of ours; None when Saleor no longer has it."""
        return read_document(self._client, order_id, number)

    def customer(self, customer_id: str) -> Customer | None:
        """The customer with that id; None for guests, who are no customers of Saleor."""
        if not is_of("User", customer_id):
            return None
        user = self._client.execute("customer", {"id": customer_id})["user"]
        if user is None or user["isStaff"]:
            return None
        address = user["defaultBillingAddress"] or {}
        return Customer(id=user["id"], email=user["email"], company=address.get("companyName", ""))

    def license_page(self, asset_id: UUID) -> str | None:  # noqa: ARG002 - the port's
        """None: customers sign in at the distributor's own storefront, not at our portal."""
        return None

    def invoice(self, order_id: str) -> InvoiceReference | None:
        """The order's invoice; issued by us only if the distributor's settings say so."""
        issues = self._configuration().issue_invoices
        return invoices.order_invoice(self._client, order_id, self._link, self._turn, issues=issues)

    def due_for_invoice(self, now: datetime) -> Sequence[str]:  # noqa: ARG002 - the port's
        """None: a Saleor order is invoiced at once, or when staff ask for it."""
        return ()

    def fulfilled(self, line: FulfilledLine) -> None:
        """Report to Saleor that the line has been delivered."""
        fulfilling.deliver(self._client, line)

    def credit(self, credit: Credit) -> InvoiceReference | None:
        """Issue one credit invoice: an invoice with our number, as Saleor has no other kind."""
        with self._turn(credit.order_id):
            return invoices.credit_invoice(self._client, credit, self._link)

    def refund(self, credit: Credit) -> Refund:
        """Ask to pay the credit back, once per key; the line's delivery is returned with it."""
        with self._turn(credit.order_id):
            return refunds.refund(self._client, credit)

    def refund_of(self, credit: Credit) -> Refund:
        """How far the refund of ``credit`` is now. Reads only."""
        return refunds.refund_of(self._client, credit)

    def ensure_product_types(self, definitions: Sequence[TypeDefinition]) -> frozenset[str]:
        """Make missing types and properties; a property is a numeric attribute of the product."""
        return catalogue.ensure_product_types(self._client, definitions, PRODUCT_GROUP)

    def ensure_group(self, name: str) -> None:
        """Make the group when it is missing: a collection. Products also have a category."""
        catalogue.ensure_group(self._client, name)
        catalogue.ensure_category(self._client, name, self._category)

    def present(
        self, presentations: Sequence[Presentation], group: str
    ) -> Mapping[str, PlatformVariant]:
        """The variants of these products, by SKU; one transaction for each product, not for all."""
        return merchandise.present(self._client, presentations, group, self._category)

    def variants(
        self, product_types: Collection[ProductType]
    ) -> Iterator[Sequence[PlatformVariant]]:
        """Every variant of these types, in batches as they are consumed."""
        return merchandise.variants(self._client, product_types, PRODUCT_GROUP)

    def offer(self, offer: Offer, group: str) -> PlatformVariant:
        """Apply what staff decided; made in ``group`` when Saleor has no such variant."""
        return merchandise.offer(self._client, offer, group, self._category)

    def withdraw(self, variant_id: str) -> None:
        """Stop offering that variant; does nothing when it no longer exists."""
        merchandise.withdraw(self._client, variant_id)

    @property
    def _category(self) -> str:
        return self._configuration().product_category
