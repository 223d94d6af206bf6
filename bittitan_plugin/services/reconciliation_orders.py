"""Reconciliation, the platform's side: its orders against the assets that were made of them.

Here shows what was missed while the plugin was switched off, or what an event never told.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.held_lines import held_because
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import Order, OrderLine, OrderStatus, is_due
from bittitan_plugin.domain.reconciliation import IN_FLIGHT, Difference, DifferenceKind, Report
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ordering import accept, of_ours
from bittitan_plugin.services.platform_events import take_back
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.reconciliation_coupons import Finding

#: Orders that came this long before the plugin are looked at too. Ours.
BEFORE_US = timedelta(days=1)


def order_findings(ports: Ports, installation_id: UUID, report: Report) -> Iterator[Finding | None]:
    """Where the platform's orders and our assets do not agree. Raises what the platform raises.

    None comes after every page, for whoever follows how far it is.
    """
    installation = get_installation(ports, installation_id)
    since = installation.created_at - BEFORE_US
    for page in ports.hosts.of(installation_id).orders_since(since):
        yield from _compare(ports, installation, page)
        report.orders += len(page)
        yield None


def _compare(
    ports: Ports, installation: Installation, orders: Sequence[Order]
) -> Iterator[Finding]:
    with ports.store.reading(installation.id) as work:
        assets = {
            asset.order_line_id: asset
            for asset in work.assets.of_orders([order.id for order in orders])
        }
        ours = of_ours(work, tuple(line for order in orders for line in order.lines))
    now = ports.clock()
    for order in orders:
        if order.status is OrderStatus.CANCELLED:
            yield from _cancelled(ports, installation, order, assets)
        elif is_due(order, installation.configuration.provision_on) and (
            now - order.created_at >= IN_FLIGHT
        ):
            yield from _undelivered(ports, installation, order, assets)
            for line in order.lines:
                if line.id not in ours or line.id in assets:
                    continue
                # One that seems to have been delivered before is a problem of its own.
                if not held_because(order, line, installation.switched_on_at):
                    yield _missed(ports, installation, order, line)


def _cancelled(
    ports: Ports, installation: Installation, order: Order, assets: dict[str, Asset]
) -> Iterator[Finding]:
    for line in order.lines:
        asset = assets.get(line.id)
        if asset is not None and asset.status is AssetStatus.ACTIVE:
            yield _standing(ports, installation, order, line, asset, "is cancelled")


def _undelivered(
    ports: Ports, installation: Installation, order: Order, assets: dict[str, Asset]
) -> Iterator[Finding]:
    """Lines that we delivered, and whose delivery was cancelled at the platform since."""
    for line in order.lines:
        asset = assets.get(line.id)
        if asset is None or asset.status is not AssetStatus.ACTIVE or line.fulfilled:
            continue
        # The mark comes after the delivery, so with it and without one somebody undid it.
        if line.asset_id == str(asset.id):
            why = "had its delivery cancelled"
            yield _standing(ports, installation, order, line, asset, why)


def _standing(
    ports: Ports,
    installation: Installation,
    order: Order,
    line: OrderLine,
    asset: Asset,
    why: str,
) -> Finding:
    return Finding(
        difference=Difference(
            kind=DifferenceKind.MISSED_CANCELLATION,
            message=f"Order {order.number} {why}, but its "
            f"{line.quantity} × {line.product_name} still stand.",
            asset_id=asset.id,
            order_id=order.id,
            order_line_id=line.id,
        ),
        remedy=lambda: bool(take_back(ports, installation, order.id, [line.id])),
    )


def _missed(ports: Ports, installation: Installation, order: Order, line: OrderLine) -> Finding:
    def provision() -> bool:
        try:
            return bool(accept(ports, installation, order).workflow_ids)
        except Refusal:
            # The order breaks a rule (its lines' currencies, a quantity): nothing can be sold.
            return False

    return Finding(
        difference=Difference(
            kind=DifferenceKind.MISSED_ORDER,
            message=f"Order {order.number} is due, but {line.quantity} × {line.product_name} "
            "have not been provisioned.",
            order_id=order.id,
            order_line_id=line.id,
        ),
        remedy=provision,
    )
