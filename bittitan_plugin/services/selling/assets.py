"""Changes people make to an asset."""

from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import check_days
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.orders import EndCustomer
from bittitan_plugin.domain.texts import check_line
from bittitan_plugin.services.accounts.customers import ensure_end_customer
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling.provisioning import retry
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Longest name a person may give, in characters.
LONGEST_NAME = 255


class Keep(Enum):
    """The value for "do not change"; None means: remove it."""

    KEEP = "KEEP"


KEEP = Keep.KEEP


@dataclass(frozen=True, kw_only=True)
class AssetChanges:
    """The changes of an asset. The agreed terms of a sale cannot be changed."""

    friendly_name: str | Keep | None = KEEP
    end_customer: EndCustomer | Keep | None = KEEP
    #: Days in which the coupon code can be redeemed, and in which its licences can be used.
    expire_days: int | Keep = KEEP
    validity_days: int | Keep = KEEP


def update_asset(tenant: Tenant, asset_id: UUID, actor: Actor, changes: AssetChanges) -> Asset:
    """Change the asset and, if its provisioning has failed, try that again. Documented.

    Expire and Validity can be changed only before BitTitan is asked for the coupon, or after that
    has failed (documented: while not provisioned). Raises ``Refusal``: PLUGIN_INACTIVE, NOT_FOUND,
    ALREADY_PROVISIONED or INVALID on the value at fault, all of a form at once.
    """
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        faults = Faults()
        name = faults.of(lambda: _name(asset, changes.friendly_name), None)
        expire = faults.of(lambda: _days(asset, "expire_days", changes.expire_days), 0)
        validity = faults.of(lambda: _days(asset, "validity_days", changes.validity_days), 0)
        faults.check()
        changed = replace(
            asset,
            friendly_name=name,
            end_customer_id=_end_customer(tenant.ports, work, asset, changes.end_customer),
            expire_days=expire,
            validity_days=validity,
        )
        asset = work.assets.change(asset_id, lambda _: changed, actor, tenant.ports.clock())
        failed = asset.provisioning_status is ProvisioningStatus.FAILED
        # A code in stock may fit the new days.
        if (failed and asset.status is AssetStatus.ACTIVE) or asset.waits_for_stock:
            asset = retry(tenant.ports, work, asset, actor)
        return asset


def _name(asset: Asset, given: str | Keep | None) -> str | None:
    if isinstance(given, Keep):
        return asset.friendly_name
    return check_line(given, "friendly_name", required=False) or None


def _end_customer(
    ports: Ports, work: UnitOfWork, asset: Asset, given: EndCustomer | Keep | None
) -> UUID | None:
    if isinstance(given, Keep):
        return asset.end_customer_id
    if given is None:
        return None
    name = check_line(given.name, "end_customer.name", required=False)
    owner = work.accounts.get(asset.account_id)
    return ensure_end_customer(ports, work, owner, replace(given, name=name)).id


def _days(asset: Asset, name: str, given: int | Keep) -> int:
    before: int = getattr(asset, name)
    if isinstance(given, Keep) or given == before:
        return before
    if asset.has_coupon:
        raise Refusal(
            ErrorCode.ALREADY_PROVISIONED,
            "The coupon code has been issued with the days it had; order anew for other ones.",
            field=name,
        )
    waits = asset.provisioning_status is ProvisioningStatus.PENDING
    if waits and asset.requested_at is not None:
        raise Refusal(
            ErrorCode.ALREADY_PROVISIONED,
            "BitTitan is being asked for the coupon code with the days it has now.",
            field=name,
        )
    return check_days(given, name=name)
