"""*Try now*: durable work that waits for its next attempt is tried at once.

Staff need not wait as long as was planned, whoever asked for it. Nothing is tried twice thereby: an
attempt that is under way goes on. A vendor's address that is left alone (``domain/circuit.py``) is
not called earlier: then the attempt is put off again.
"""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.ports import Tenant


def try_now(tenant: Tenant, asset_id: UUID) -> Asset:
    """Make due what waits about the asset; returns the asset, which does not change thereby.

    Raises ``Refusal``: PLUGIN_INACTIVE, and on ``id`` NOT_FOUND or, when nothing waits,
    NOTHING_WAITS.
    """
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        asset = work.assets.get(asset_id)
        waiting = work.retries.of_assets([asset_id]).get(asset_id, [])
        if not waiting:
            raise Refusal(
                ErrorCode.NOTHING_WAITS,
                "Nothing about this asset waits for another attempt.",
                field="id",
            )
        work.retries.wake(tenant.ports.clock(), [retry.id for retry in waiting])
        return asset


def try_work_now(tenant: Tenant, work_id: str) -> None:
    """Make due the work that was first handed in under that id.

    Raises ``Refusal`` PLUGIN_INACTIVE, and NOTHING_WAITS when it has been done or given up.
    """
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        if work.retries.find(work_id) is None:
            raise Refusal(
                ErrorCode.NOTHING_WAITS, "This work waits no longer: it was done, or given up."
            )
        work.retries.wake(tenant.ports.clock(), [work_id])
