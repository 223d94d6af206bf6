"""Shows a coupon code to staff, and records that they saw it: whoever has a code can use it."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.services.ports import Tenant

#: The entry in the asset's history.
SHOWN = Change(field="codeShown", before=None, after="to staff")


def show_code(tenant: Tenant, asset_id: UUID, actor: Actor) -> tuple[Asset, str]:
    """The asset and its code in full.

    Raises ``Refusal`` NOT_FOUND or NOT_PROVISIONED, and ``UnreadableSecret``: nothing is recorded.
    """
    with tenant.writing() as work:
        asset = work.assets.get(asset_id)
        if asset.coupon_code is None:
            raise Refusal(ErrorCode.NOT_PROVISIONED, "There is no coupon code yet.")
        code = tenant.ports.cipher.open(asset.coupon_code)
        work.assets.note(asset_id, SHOWN, actor, tenant.ports.clock())
    return asset, code
