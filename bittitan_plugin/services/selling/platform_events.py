"""Handles what the platform itself does to sales: cancelling, refunding, returning."""

from collections.abc import Collection
from decimal import Decimal

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Order, name_of_line
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.cancelling.reverted_sales import PLATFORM
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.request_decisions import settle
from bittitan_plugin.services.workflow_ids import Workflow, withdraw_id


def take_back(
    ports: Ports, installation: Installation, order_id: str, line_ids: Collection[str] = ()
) -> tuple[str, ...]:
    """Enqueue one durable withdrawal per asset of the order that is still valid.

    ``line_ids`` limits it to those lines; empty means the whole order. Repeating it enqueues
    nothing new. Returns the workflows' ids.
    """
    ids = []
    with ports.store.writing(installation.id) as work:
        for found in work.assets.of_orders([order_id]):
            if line_ids and found.order_line_id not in line_ids:
                continue
            asset = work.assets.get(found.id, for_update=True)
            if asset.status is AssetStatus.CANCELLED:
                continue
            # One that is being cancelled is withdrawn too: BitTitan may still refuse, and then the
            # sale would remain although the platform took it back.
            # Without an e-mail to the customer, which would promise a credit of ours.
            settle(ports, work, asset.id, PLATFORM.name, tell=False)
            active = asset.status is AssetStatus.ACTIVE
            if active and asset.provisioning_status is not ProvisioningStatus.PENDING:
                # Marked at once, or our own cancellation could begin and credit it a second time.
                asset = work.assets.change(asset.id, Asset.cancelling, PLATFORM, ports.clock())
            workflow_id = withdraw_id(asset.id, asset.version)
            work.enqueue(Workflow.WITHDRAW, workflow_id, str(asset.id))
            ids.append(workflow_id)
        if not line_ids:
            # Earlier unclear refunds are settled: everything went back.
            work.problems.resolve(_unclear(order_id), ports.clock())
    return tuple(ids)


def report_partial_refund(
    ports: Ports, installation: Installation, order: Order, refunded: Money | None
) -> bool:
    """Report to staff that money went back, when the platform does not name the lines.

    Nothing is guessed, because a wrong guess revokes licences that were paid for. True when staff
    were notified; not when no licences of the order are valid any more, nor when ``refunded`` (all
    that went back so far) is exactly what our own cancellations paid back.
    """
    with ports.store.writing(installation.id) as work:
        assets = work.assets.of_orders([order.id])
        standing = [asset for asset in assets if asset.status is AssetStatus.ACTIVE]
        given_back = sum((_given_back(asset) for asset in assets), Decimal(0))
        key = _unclear(order.id)
        if not standing or (refunded is not None and refunded.amount == given_back):
            # An order that was paid in parts is paid back in parts, which was unclear in between.
            work.problems.resolve(key, ports.clock())
            return False
        work.problems.report(
            ProblemKind.REFUND_UNCLEAR,
            key,
            message=f"The platform refunded {refunded or 'a part'} of order {order.number} "
            "without saying for which licences.",
            next_step="If it was for licences, cancel their assets: the platform has been told "
            "what was paid back and gives nothing twice. Otherwise dismiss this.",
            at=ports.clock(),
            order_id=order.id,
        )
    return True


def report_partial_return(
    ports: Ports, installation: Installation, order: Order, line_ids: Collection[str]
) -> bool:
    """Report to staff that parts of lines came back or were replaced: licences go back whole.

    True when staff were notified; not when no licences of these lines are valid any more.
    """
    with ports.store.writing(installation.id) as work:
        standing = {
            asset.order_line_id
            for asset in work.assets.of_orders([order.id])
            if asset.status is AssetStatus.ACTIVE and asset.order_line_id in line_ids
        }
        key = f"partial-return:{order.id}"
        if not standing:
            work.problems.resolve(key, ports.clock())
            return False
        lines = ", ".join(
            name_of_line(index, line.product_name)
            for index, line in enumerate(order.lines)
            if line.id in standing
        )
        work.problems.report(
            ProblemKind.REFUND_UNCLEAR,
            key,
            message=f"A part of order {order.number}, {lines}, was returned or replaced at the "
            "platform; its licences stand.",
            next_step="Licences go back whole: if they are to, cancel the asset and sell the rest "
            "anew. Otherwise dismiss this.",
            at=ports.clock(),
            order_id=order.id,
        )
    return True


def _given_back(asset: Asset) -> Decimal:
    """What our own cancellation of the asset pays back: less than its total if less was paid."""
    if asset.refund is not None:
        return asset.refund.amount.amount
    return asset.total.amount if asset.credit_invoice is not None else Decimal(0)


def _unclear(order_id: str) -> str:
    return f"partial-refund:{order_id}"
