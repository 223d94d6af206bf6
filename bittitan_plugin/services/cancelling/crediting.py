"""Settles a cancelled asset with its buyer: one credit invoice, one e-mail."""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.emails import Cancelled
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.services.cancelling.refunds import credit_of
from bittitan_plugin.services.notifications import read_sale, send
from bittitan_plugin.services.ports import Tenant

_PLATFORM = Actor(ActorKind.PLATFORM, "credit invoice")


def issue_credit(tenant: Tenant, asset_id: UUID, comment: str) -> bool:
    """Issue one credit invoice for what was invoiced; a sale for nothing is not credited.

    True when this call recorded one.
    """
    with tenant.reading() as work:
        asset = work.assets.get(asset_id)
    if asset.total.is_zero or asset.credit_invoice is not None:
        return False
    invoice = tenant.platform.credit(credit_of(asset, comment))
    if invoice is None:
        return False
    with tenant.writing() as work:
        work.assets.change(
            asset_id, lambda a: replace(a, credit_invoice=invoice), _PLATFORM, tenant.ports.clock()
        )
    return True


def announce(tenant: Tenant, asset_id: UUID) -> None:
    """Notify the buyer that the licences are cancelled, and what was credited."""
    sale, summary = read_sale(tenant, asset_id)
    asset, credit, refund = sale.asset, sale.asset.credit_invoice, sale.asset.refund
    email = Cancelled(
        sale=summary,
        credit_invoice=credit.number if credit else None,
        credit_invoice_url=credit.link if credit else None,
        amount=asset.total if credit else None,
        refund=refund.amount if refund and not refund.amount.is_zero else None,
        by_hand=refund.by_hand if refund and not refund.by_hand.is_zero else None,
        # The platform took the sale back, so it pays the money back too.
        settled_with_order=refund is None and credit is None and not asset.total.is_zero,
        cancelled_at=(asset.cancelled_at or tenant.ports.clock()).astimezone(
            sale.configuration.zone
        ),
    )
    # With a late credit it is another message, not a repetition of the first.
    late = "" if credit or asset.total.is_zero else "-uncredited"
    send(tenant.ports, sale, email, key=f"cancelled-{asset.id}{late}")
