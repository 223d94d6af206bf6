"""Holds lines that seem to have been delivered before, until staff decide.

Historic orders that staff import, orders that a shop sold before it had the plugin, and everything
after a database was lost look to every event like paid orders without an asset.
"""

from collections.abc import Iterable

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.held_lines import HeldLine, advice, held_because, spoken
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import Order, OrderLine
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The key of the one problem about all of them.
KEY = "delivered-before"
#: The most lines that one decision releases.
MOST_RELEASED = 100


def hold(
    ports: Ports,
    work: UnitOfWork,
    installation: Installation,
    order: Order,
    lines: Iterable[OrderLine],
) -> frozenset[str]:
    """Hold those of the ``lines`` (without an asset here) that seem delivered before.

    Returns their ids, without lines that staff have released.
    """
    found = {
        line.id: because
        for line in lines
        if (because := held_because(order, line, installation.switched_on_at))
    }
    held, is_new = set(), False
    for line_id, because in found.items():
        known = work.held_lines.find(line_id)
        if known is not None and known.released_by is not None:
            continue
        held.add(line_id)
        is_new |= work.held_lines.hold(
            HeldLine(
                order_id=order.id,
                order_number=order.number,
                order_line_id=line_id,
                because=because,
                held_at=ports.clock(),
            )
        )
    if is_new:
        _say(ports, work)
    return frozenset(held)


def release(tenant: Tenant, actor: Actor, order: str | None = None) -> tuple[str, ...]:
    """Release held lines, of one order (its id or number) or the first hundred of all.

    Returns the ids of their orders, which the caller must enqueue again. Raises ``Refusal``
    PLUGIN_INACTIVE, and NOT_FOUND on ``order`` when it has no held lines.
    """
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        lines = work.held_lines.waiting(MOST_RELEASED, order)
        if order is not None and not lines:
            raise Refusal(
                ErrorCode.NOT_FOUND, f"Nothing of an order {quoted(order)} is held.", field="order"
            )
        for line in lines:
            work.held_lines.release(line.order_line_id, actor.name)
        _say(tenant.ports, work)
    return tuple(dict.fromkeys(line.order_id for line in lines))


def _say(ports: Ports, work: UnitOfWork) -> None:
    counts = work.held_lines.counts()
    if not counts:
        work.problems.resolve(KEY, ports.clock())
        return
    (first,) = work.held_lines.waiting(1)
    work.problems.report(
        ProblemKind.DELIVERED_BEFORE,
        KEY,
        message=spoken(counts, first.order_number),
        next_step=advice(counts),
        at=ports.clock(),
        action=ProblemAction.PROVISION_HELD,
    )
