"""Tries lines that broke a rule again until they can be sold.

A correction by staff may send no event: at Saleor, a line's metadata does not change the order.
"""

import structlog

from bittitan_plugin.domain.errors import OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import Order, OrderLine, OrderStatus
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling.asset_creation import REFUSED, check_line, refused_key
from bittitan_plugin.services.selling.ordering import accept
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The most orders that one round reads from the platform.
MOST_AGAIN = 100

_log = structlog.get_logger(__name__)


def watch_refused(tenant: Tenant) -> None:
    """Provision what was refused and can be sold now; a task of the timetable.

    Raises ``Unavailable`` while the platform is down. A failing order does not stop the others.
    """
    with tenant.reading() as work:
        installation = work.installations.by_id(tenant.id)
        order_ids = work.problems.waiting_orders(REFUSED, MOST_AGAIN)
    if not installation.active or not order_ids:
        return
    host = tenant.platform
    for order_id in order_ids:
        try:
            order = host.order(order_id)
            if order is not None:
                _look_at(tenant.ports, installation, order)
        except (Unavailable, OutcomeUnknown):
            raise
        except (Rejected, Refusal):  # it is still refused
            continue
        except Exception as error:
            _log.exception("refused_order_not_read", order=order_id, error=type(error).__name__)


def _look_at(ports: Ports, installation: Installation, order: Order) -> None:
    with ports.store.writing(installation.id) as work:
        # Dismissed ones too: dismissing only hides them from staff.
        refused = [
            line
            for line in order.lines
            if work.problems.not_over_by_key(refused_key(order.id, line.id))
        ]
        if order.status is OrderStatus.CANCELLED:
            for line in refused:
                work.problems.resolve(refused_key(order.id, line.id), ports.clock())
            return
        mended = any(_is_well(work, order, line) for line in refused)
    if mended:
        accept(ports, installation, order)


def _is_well(work: UnitOfWork, order: Order, line: OrderLine) -> bool:
    try:
        check_line(work, order, line)
    except Refusal:
        return False
    return True
