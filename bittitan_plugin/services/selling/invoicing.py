"""Issues invoices that fall due, and keeps the assets' references to invoices up to date."""

from collections.abc import Callable
from dataclasses import replace

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.workflow_ids import (
    Workflow,
    credit_id,
    invoice_id,
    requested_invoice_id,
)

#: Invoicings enqueued in one transaction: on the first of a month thousands may be due, and
#: no checkout should wait for all of them.
BATCH = 100
#: The actor that changes an asset's reference on its order's billing day.
_BILLING_DAY = "billing day"


def hand_in_due(tenant: Tenant) -> tuple[str, ...]:
    """Start one durable invoicing per order that is due and has no invoice.

    The platform knows what is due: a pause loses nothing, and repeating it starts nothing new.
    Works also while the plugin is switched off, because these orders were accepted before. Returns
    the workflows' ids. Raises what ``Platform.due_for_invoice`` raises.
    """
    now = tenant.ports.clock()
    due = tenant.platform.due_for_invoice(now)
    ids = [(order_id, invoice_id(tenant.id, order_id, now.date())) for order_id in due]
    for start in range(0, len(ids), BATCH):
        with tenant.writing() as work:
            for order_id, workflow_id in ids[start : start + BATCH]:
                work.enqueue(Workflow.INVOICE, workflow_id, order_id)
    return tuple(workflow_id for _, workflow_id in ids)


def supply(
    ports: Ports, installation: Installation, order_id: str, requested_id: str
) -> str | None:
    """Staff asked the platform for an invoice: start making it if the plugin issues invoices.

    Returns the workflow's id, or None where the distributor's settings leave it to others.
    """
    if not installation.configuration.issue_invoices:
        return None
    workflow_id = requested_invoice_id(installation.id, requested_id)
    with ports.store.writing(installation.id) as work:
        work.enqueue(Workflow.INVOICE, workflow_id, order_id)
    return workflow_id


def issue_invoice(tenant: Tenant, order_id: str) -> None:
    """Have the platform issue the order's invoice, and store it on the order's assets.

    Repeating it issues nothing more. Raises what ``Platform.invoice`` raises.
    """
    invoice = tenant.platform.invoice(order_id)
    with tenant.writing() as work:
        work.problems.resolve(_problem(order_id), tenant.ports.clock())
    if invoice is not None:
        installation = get_installation(tenant)
        remember_invoice(tenant.ports, installation, order_id, invoice, event=_BILLING_DAY)


def report_stuck(tenant: Tenant, order_id: str, message: str) -> None:
    """Report to staff that a deferred invoice cannot be issued."""
    with tenant.writing() as work:
        work.problems.report(
            ProblemKind.FOLLOW_UP_FAILED,
            _problem(order_id),
            message=f"The invoice of order {order_id} cannot be issued: {message}",
            next_step="Mend the cause; it is tried again every day, or at once from here.",
            at=tenant.ports.clock(),
            order_id=order_id,
            action=ProblemAction.RESUME,
        )


def remember_invoice(
    ports: Ports,
    installation: Installation,
    order_id: str,
    invoice: InvoiceReference,
    *,
    event: str = "invoice_sent",
) -> int:
    """Store the order's invoice on its assets. Returns how many assets now refer to it.

    A credit invoice, and a second invoice of an order, are not stored. An asset that was cancelled
    before it was invoiced is credited now. ``event`` is the cause in the assets' history.
    """

    def noted(asset: Asset) -> Asset | None:
        if asset.credit_invoice and asset.credit_invoice.id == invoice.id:
            return None
        if asset.invoice and asset.invoice.id != invoice.id:
            return None
        return replace(asset, invoice=invoice)

    concerned = _change_each(ports, installation, order_id, noted, event)
    with ports.store.writing(installation.id) as work:
        for asset in work.assets.of_orders([order_id]):
            # Only our cancellations ask for a refund; the platform settles what it took back.
            if asset.refund is not None and asset.credit_invoice is None:
                work.enqueue(Workflow.CREDIT, credit_id(asset.id, invoice.id), str(asset.id))
    return concerned


def forget_invoice(ports: Ports, installation: Installation, order_id: str, invoice_id: str) -> int:
    """The invoice is gone: clear it and keep the assets. Returns how many referred to it."""

    def forgotten(asset: Asset) -> Asset | None:
        named = asset.invoice is not None and asset.invoice.id == invoice_id
        return replace(asset, invoice=None) if named else None

    return _change_each(ports, installation, order_id, forgotten, "invoice_deleted")


def _problem(order_id: str) -> str:
    return f"invoice:{order_id}"


def _change_each(
    ports: Ports,
    installation: Installation,
    order_id: str,
    transition: Callable[[Asset], Asset | None],
    event: str,
) -> int:
    """Change the order's assets; None skips one. Returns how many were not skipped."""
    actor, concerned = Actor(ActorKind.PLATFORM, event), 0
    with ports.store.writing(installation.id) as work:
        for found in work.assets.of_orders([order_id]):
            if transition(work.assets.get(found.id, for_update=True)) is None:
                continue
            concerned += 1
            work.assets.change(
                found.id, lambda asset: transition(asset) or asset, actor, ports.clock()
            )
    return concerned
