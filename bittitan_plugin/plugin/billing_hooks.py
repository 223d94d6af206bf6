"""Handles billing events: the assets' invoice references follow the platform's invoices."""

from bittitan_hooks.events import InvoiceDeleted, InvoiceEvent, InvoiceRequested, InvoiceSent
from bittitan_hooks.results import Outcome
from bittitan_hooks.specs import hookimpl
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.plugin.guard import PortsProvider, accepted, guarded, ignored
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.selling.invoicing import forget_invoice, remember_invoice, supply


class BillingHooks:
    """Implements the billing hooks."""

    def __init__(self, ports: PortsProvider) -> None:
        self._ports = ports

    @hookimpl
    def invoice_requested(self, event: InvoiceRequested) -> Outcome:
        """Note the invoice if it has a number; otherwise number it, if the plugin does that."""
        if event.number:
            return self._remember(event)

        def act(ports: Ports, installation: Installation) -> Outcome:
            workflow_id = supply(ports, installation, event.order_id, event.invoice_id)
            if workflow_id is None:
                return ignored("The invoice has no number yet.")
            return accepted("The invoice is being made.", (workflow_id,))

        return guarded(self._ports, event.installation, act)

    @hookimpl
    def invoice_sent(self, event: InvoiceSent) -> Outcome:
        """Note the invoice that was sent to the customer."""
        return self._remember(event)

    @hookimpl
    def invoice_deleted(self, event: InvoiceDeleted) -> Outcome:
        """Forget the invoice; the asset stays."""

        def act(ports: Ports, installation: Installation) -> Outcome:
            count = forget_invoice(ports, installation, event.order_id, event.invoice_id)
            return _followed(count)

        return guarded(self._ports, event.installation, act)

    def _remember(self, event: InvoiceEvent) -> Outcome:
        def act(ports: Ports, installation: Installation) -> Outcome:
            if not event.number:
                return ignored("The invoice has no number yet.")
            invoice = InvoiceReference(id=event.invoice_id, number=event.number, url=event.url)
            return _followed(remember_invoice(ports, installation, event.order_id, invoice))

        return guarded(self._ports, event.installation, act)


def _followed(count: int) -> Outcome:
    if not count:
        return ignored("No BitTitan asset of this order is invoiced by it.")
    return accepted(f"Noted on {count} asset(s).")
