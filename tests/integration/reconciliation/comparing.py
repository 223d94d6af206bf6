"""What the tests of reconciliation do again and again."""

from typing import Any

from bittitan_plugin.bittitan.sandbox.inputs import CouponInput
from bittitan_plugin.bittitan.sandbox.ledger import SandboxCoupon
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.orders import Order, OrderLine
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services import runs
from bittitan_plugin.services.reconciling import reconciliation
from tests.fakes.host import line
from tests.world import Shop


def reconcile(shop: Shop, *, apply: bool = False, max_changes: int = 100) -> Run:
    """A durable reconciliation that has been done, an hour after whatever came before it."""
    shop.world.clock.advance(hours=1)
    begun = reconciliation.start(
        shop.tenant, "staff@example.com", apply=apply, max_changes=max_changes
    )
    shop.settle()
    return runs.get(shop.tenant, begun.id)


def found(run: Run) -> dict[str, int]:
    """How many differences of each kind it found."""
    return dict(run.report["found"])


def changed(run: Run) -> dict[str, int]:
    """How many of each kind it mended."""
    return dict(run.report["changed"])


def missed(shop: Shop, *lines: OrderLine, **values: Any) -> Order:
    """A paid order of which the plugin heard nothing."""
    return shop.host.place(*(lines or (line(),)), **values)


def issued_unseen(shop: Shop, asset: Asset, **values: Any) -> SandboxCoupon:
    """The vendor issues a coupon under the asset's reference, and its answer never arrives."""
    partner = shop.sandbox.sandbox.partners()[0]
    asked = {
        "reference": asset.reference,
        "partner_id": partner.id,
        "sku": asset.sku,
        "quantity": asset.quantity,
        "expire_days": asset.expire_days,
        "validity_days": asset.validity_days,
        **values,
    }
    coupon, _ = shop.sandbox.sandbox.issue(CouponInput.model_validate(asked), idempotent=False)
    return coupon


def latest(shop: Shop) -> Run | None:
    """The newest reconciliation."""
    return runs.latest(shop.tenant, RunKind.RECONCILIATION)
