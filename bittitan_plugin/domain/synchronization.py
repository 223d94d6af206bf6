"""What *Synchronize again* did to an asset, found by comparing it before and after."""

from bittitan_plugin.domain.assets import Asset, ProvisioningStatus
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode


class SynchronizationOutcome(Described):
    """What came of it; a failure is never shown as a success."""

    ADOPTED = "ADOPTED", "A coupon issued before was found and taken over."
    ISSUED = "ISSUED", "A new coupon was issued."
    UPDATED = "UPDATED", "BitTitan told a change of the coupon, or a cancellation went on."
    UNCHANGED = "UNCHANGED", "There was a coupon, and nothing about it has changed."
    REFUSED = "REFUSED", "No coupon could be obtained; `errors` says why."


#: Reasons to wait that trying again does not change.
_WAITING = (ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, ErrorCode.OUT_OF_STOCK)


def outcome(before: Asset, after: Asset) -> SynchronizationOutcome | None:
    """What synchronizing did; None while it is under way."""
    if after.has_coupon and not before.has_coupon:
        adopted = after.coupon_adopted
        return SynchronizationOutcome.ADOPTED if adopted else SynchronizationOutcome.ISSUED
    if (before.coupon_status, before.status) != (after.coupon_status, after.status):
        return SynchronizationOutcome.UPDATED
    if after.has_coupon:
        return SynchronizationOutcome.UNCHANGED
    error = after.provisioning_error
    waits = error is not None and error.code in _WAITING
    if after.provisioning_status is ProvisioningStatus.FAILED or waits:
        return SynchronizationOutcome.REFUSED
    return None
