"""What staff read where an order needs an account that BitTitan does not know yet."""

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.platforms.shop.admin_customers import page_of
from bittitan_plugin.platforms.shop.order_records import OrderRecord, number_of
from bittitan_plugin.ports.platform import PluginsRejected
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import to


def is_unsynchronized(no: Exception) -> bool:
    """Whether an order was refused because its customer is not synchronized."""
    unsynchronized = ErrorCode.ACCOUNT_NOT_SYNCHRONIZED
    return isinstance(no, PluginsRejected) and any(
        each.code is unsynchronized for each in no.refusals
    )


def synchronize_first(request: Request, record: OrderRecord | None, back: str) -> Response:
    """Lead to the customer, whose page synchronizes; without that permission say who may."""
    if record is None:
        return to(request, back)
    start = (
        f"Order {number_of(record.row)} has not been executed: {record.user.email} is not "
        "synchronized with BitTitan, and the settings leave that to people."
    )
    if not context_of(request).viewer.may(Permission.MANAGE_USERS):
        who = f"Ask somebody with {Permission.MANAGE_USERS} to synchronize it, then execute it."
        flash(request, f"{start} {who}", "error")
        return to(request, back)
    flash(request, f"{start} Save & Synchronize here, then execute the order.", "error")
    return to(request, page_of(record.user.id))
