"""What the platform does to sales by itself: cancelling, refunding, taking deliveries back."""

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
    """Hand in one durable withdrawal per asset of the order that still stands.

    ``line_ids`` limits it to those lines; empty means the whole order. Repeating it hands in
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
            # One that is being cancelled is withdrawn too: BitTitan may yet refuse, and then the
            # sale would stand although the platform took it back.
            # Without a word to the customer: it would promise a credit of ours.
            settle(ports, work, asset.id, PLATFORM.name, tell=False)
            active = asset.status is AssetStatus.ACTIVE
            if active and asset.provisioning_status is not ProvisioningStatus.PENDING:
                # Taken at once, or a cancellation of ours could begin and credit it a second time.
                asset = work.assets.change(asset.id, Asset.cancelling, PLATFORM, ports.clock())
            workflow_id = withdraw_id(asset.id, asset.version)
            work.enqueue(Workflow.WITHDRAW, workflow_id, str(asset.id))
            ids.append(workflow_id)
        if not line_ids:
            # What was unclear before is settled: everything went back.
            work.problems.resolve(_unclear(order_id), ports.clock())
    return tuple(ids)


def report_partial_refund(
    ports: Ports, installation: Installation, order: Order, refunded: Money | None
) -> bool:
    """Money went back and the platform does not say for which lines: staff have to.

    Nothing is guessed, because a wrong guess revokes licences that were paid for. True when staff
    were told; not when no licences of the order stand any more, nor when ``refunded`` (all that
    went back so far) is exactly what our own cancellations gave back.
    """
    with ports.store.writing(installation.id) as work:
        assets = work.assets.of_orders([order.id])
        standing = [asset for asset in assets if asset.status is AssetStatus.ACTIVE]
        given_back = sum((_given_back(asset) for asset in assets), Decimal(0))
        key = _unclear(order.id)
        if not standing or (refunded is not None and refunded.amount == given_back):
            # An order that was paid in parts is paid back in parts: it was unclear in between.
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
    """Some pieces of these lines came back, or were replaced: licences go back whole or not at all.

    True when staff were asked; not when no licences of these lines stand any more.
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
    """What our own cancellation of the asset gives back: less than its total if less came in."""
    if asset.refund is not None:
        return asset.refund.amount.amount
    return asset.total.amount if asset.credit_invoice is not None else Decimal(0)


def _unclear(order_id: str) -> str:
    return f"partial-refund:{order_id}"
