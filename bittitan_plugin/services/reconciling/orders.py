"""Reconciliation, the platform's side: compares its orders with the assets made of them.

This finds what was missed while the plugin was switched off, or without an event.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.held_lines import held_because
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import (
    Order,
    OrderLine,
    OrderStatus,
    UnreadableOrder,
    is_due,
)
from bittitan_plugin.domain.reconciliation import (
    IN_FLIGHT,
    OF_CHANGED_ORDERS,
    Difference,
    DifferenceKind,
    Report,
    of_order,
)
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.reconciling.coupons import Finding
from bittitan_plugin.services.rounds import OF_ALL
from bittitan_plugin.services.selling.changed_orders import close_settled, put_to_staff, taken_back
from bittitan_plugin.services.selling.ordering import accept, of_ours
from bittitan_plugin.services.selling.platform_events import take_back

_log = structlog.get_logger(__name__)

#: Orders that were placed this long before the plugin are compared too. Our choice.
BEFORE_US = timedelta(days=1)


def order_findings(tenant: Tenant, report: Report) -> Iterator[Finding | None]:
    """Where the platform's orders and our assets do not agree. Raises what the platform raises.

    Yields None after every page, to report progress.
    """
    installation = get_installation(tenant)
    since = installation.created_at - BEFORE_US
    changed: set[UUID | None] = set()
    for page in tenant.platform.orders_since(since):
        orders = [order for order in page if isinstance(order, Order)]
        for unread in page:
            if isinstance(unread, UnreadableOrder) and _is_ours(tenant, unread):
                report.leave_out(_unread(unread))
        for finding in _compare(tenant.ports, installation, orders, report):
            if finding.difference.kind in OF_CHANGED_ORDERS:
                changed.add(finding.difference.asset_id)
            yield finding
        report.orders += len(orders)
        yield None
    if report.left_out:
        return  # problems about orders that were not compared must stay open
    with tenant.writing() as work:
        close_settled(work, changed, tenant.ports.clock())


def _is_ours(tenant: Tenant, order: UnreadableOrder) -> bool:
    """Whether the order has products of ours; others do not concern us."""
    with tenant.reading() as work:
        sells = bool(order.variant_ids) and bool(work.products.of_variants(order.variant_ids))
        return sells or bool(work.assets.of_orders([order.id]))


def _unread(order: UnreadableOrder) -> str:
    number = f"Order {order.number}"
    why = order.why if order.why.startswith(number) else f"{number} cannot be read: {order.why}"
    return f"{why} Mend it at the platform, then reconcile again."


def _compare(
    ports: Ports, installation: Installation, orders: Sequence[Order], report: Report
) -> Iterator[Finding]:
    """Compare one order; one that cannot be compared is named and does not stop the others."""
    together = _read_together(Tenant(ports, installation.id), orders)
    for order in orders:
        try:
            known = together or _read(Tenant(ports, installation.id), [order])
            findings = _of_order(ports, installation, order, known)
        except OF_ALL:
            raise
        except Exception as error:  # any failure concerns only this order
            _log.exception("order_not_compared", order_id=order.id)
            report.leave_out(
                f"Order {order.number} could not be compared ({type(error).__name__}): look at it "
                "at the platform, then reconcile again."
            )
            continue
        yield from findings


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known here of the orders of one page."""

    assets: Mapping[str, Sequence[Asset]]
    #: The lines that sell one of our products.
    ours: Collection[str]
    taken_back: Collection[UUID]


def _read_together(tenant: Tenant, orders: Sequence[Order]) -> _Known | None:
    """What is known of these orders; None if one cannot be read: then each is read by itself."""
    try:
        return _read(tenant, orders)
    except OF_ALL:
        raise
    except Exception as error:
        _log.warning("orders_not_read_together", error=type(error).__name__)
        return None


def _read(tenant: Tenant, orders: Sequence[Order]) -> _Known:
    assets: dict[str, list[Asset]] = {order.id: [] for order in orders}
    with tenant.reading() as work:
        for asset in work.assets.of_orders(list(assets)):
            assets[asset.order_id].append(asset)
        ours = of_ours(work, tuple(line for order in orders for line in order.lines))
        every = [asset for each in assets.values() for asset in each]
        withdrawn = taken_back(work, every)
    return _Known(assets=assets, ours=frozenset(ours), taken_back=withdrawn)


def _of_order(
    ports: Ports, installation: Installation, order: Order, known: _Known
) -> list[Finding]:
    assets = known.assets[order.id]
    if order.status is OrderStatus.CANCELLED:
        return list(_cancelled(ports, installation, order, assets))
    in_flight = ports.clock() - order.created_at < IN_FLIGHT
    due = is_due(order, installation.configuration.provision_on) and not in_flight
    findings = [
        _put_to_staff(Tenant(ports, installation.id), difference)
        for difference in of_order(order, assets, due=due, taken_back=known.taken_back)
    ]
    if not due:
        return findings
    served = {asset.order_line_id: asset for asset in assets}
    missed = [line for line in order.lines if line.id in known.ours and line.id not in served]
    return [
        *findings,
        *_undelivered(ports, installation, order, served),
        *(
            _missed(ports, installation, order, line)
            for line in missed
            # A line that seems to have been delivered before is a problem of its own.
            if not held_because(order, line, installation.switched_on_at)
        ),
    ]


def _put_to_staff(tenant: Tenant, difference: Difference) -> Finding:
    def put() -> bool:
        with tenant.writing() as work:
            put_to_staff(work, difference, tenant.ports.clock())
        return True

    return Finding(difference=difference, remedy=put)


def _cancelled(
    ports: Ports, installation: Installation, order: Order, assets: Sequence[Asset]
) -> Iterator[Finding]:
    by_line = {asset.order_line_id: asset for asset in assets}
    for line in order.lines:
        asset = by_line.get(line.id)
        if asset is not None and asset.status is AssetStatus.ACTIVE:
            yield _standing(ports, installation, order, line, asset, "is cancelled")


def _undelivered(
    ports: Ports, installation: Installation, order: Order, assets: dict[str, Asset]
) -> Iterator[Finding]:
    """Lines that we delivered and that the platform has since marked as not delivered."""
    for line in order.lines:
        asset = assets.get(line.id)
        if asset is None or asset.status is not AssetStatus.ACTIVE or line.fulfilled:
            continue
        # The mark is written after the delivery: a mark without a delivery shows it was undone.
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
            # The order breaks a rule (its lines' currencies, a quantity), so nothing can be sold.
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
