"""Reconciliation, BitTitan's side: compares its list of coupons with assets in question.

The list is read once, page by page. Each listed asset is marked as *seen* (which is no change of
the asset), so that the missing ones are found afterwards without holding anything in memory; each
of those is looked up by itself before anything is concluded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from bittitan_plugin.domain.absence import Fate, is_elsewhere, of_absent, of_listed
from bittitan_plugin.domain.assets import Asset, AssetStatus, asset_of_reference
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.reconciliation import (
    Difference,
    DifferenceKind,
    Report,
    of_fate,
    of_own_coupon,
    of_reference,
    of_waiting,
)
from bittitan_plugin.ports.vendor import CouponVendor
from bittitan_plugin.services.coupons.coupon_status import OVERLAP, PAGE, learn, pages
from bittitan_plugin.services.coupons.duplicate_coupons import mismatch_key, revoke_surplus
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.selling.provisioning import SYSTEM
from bittitan_plugin.services.workflow_ids import Workflow


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A difference and its remedy, which returns whether it changed anything."""

    difference: Difference
    remedy: Callable[[], bool]


def coupon_findings(tenant: Tenant, report: Report) -> Iterator[Finding | None]:
    """Where BitTitan's books and ours do not agree. Raises what the vendor raises.

    Yields None after every page, to report progress. Coupons from stock are not compared, because
    nobody can be asked about them.
    """
    with tenant.reading() as work:
        configuration = work.installations.by_id(tenant.id).configuration
        oldest = work.coupons.oldest_in_question(tenant.ports.clock())
    account = configuration.coupon_account
    if account is None:
        report.left_out.append(
            "There is no coupon API: BitTitan cannot be asked about coupons from stock."
        )
        return
    if oldest is None:
        return
    with tenant.reading() as work:
        elsewhere = work.coupons.count_elsewhere(account)
    if elsewhere:
        report.left_out.append(
            f"Unused coupons known under another BitTitan account than the settings name: "
            f"{elsewhere}. This one cannot be asked about them."
        )
    vendor, started = tenant.ports.vendors.of(configuration), tenant.ports.clock()
    side = _Side(tenant, vendor, account, report, started)
    try:
        for page in pages(vendor.changed_since(min(oldest, started) - OVERLAP)):
            yield from side.listed(page)
            yield None
    except Rejected as fault:
        # The good rows came first; the missing ones are looked up one by one below.
        report.leave_out(f"Rows of BitTitan's list cannot be read: {fault.message}")
    yield from side.not_listed()


@dataclass(frozen=True)
class _Side:
    tenant: Tenant
    vendor: CouponVendor
    account: str
    report: Report
    started: datetime

    def listed(self, page: Sequence[Coupon]) -> Iterator[Finding]:
        """The findings of one page of the list."""
        references = {
            key: coupon for coupon in page if (key := asset_of_reference(coupon.reference))
        }
        with self.tenant.reading() as work:
            by_coupon = {asset.coupon_id: asset for asset in work.coupons.of_ids(_ids(page))}
            by_key = work.assets.by_ids(references)
        for coupon in page:
            said = Fate(status=coupon.status)
            if (own := by_coupon.get(coupon.id)) is not None:
                yield from self._finding(of_own_coupon(own, coupon), own, said, coupon)
                continue
            key = asset_of_reference(coupon.reference)
            if key is not None and (named := by_key.get(key)) is not None:
                difference = of_reference(named, coupon, self.started)
                yield from self._finding(difference, named, said, coupon)
        self.report.coupons += len(page)
        heard = {asset.id for asset in by_coupon.values()} | {
            asset.id for key, asset in by_key.items() if self._is_adoptable(asset, references[key])
        }
        self._seen(heard)
        self._listed({key for key, own in by_key.items() if own.coupon_id == references[key].id})

    def not_listed(self) -> Iterator[Finding | None]:
        """The findings about assets missing in the list, by id, in batches."""
        after: UUID | None = None
        while True:
            with self.tenant.reading() as work:
                assets = work.coupons.not_seen(self.started, after, PAGE, self._leave_out)
            for asset in assets:
                yield from self._missed_by_the_list(asset)
            self._seen({asset.id for asset in assets})
            yield None
            # Rows that cannot be read are missing in a page.
            if not assets:
                return
            after = assets[-1].id

    def _leave_out(self, asset: Due) -> None:
        said = (
            f"An asset of order {asset.order_number} cannot be read: its row in the database "
            f"({asset.id}) holds what this release does not know. The log says what, under "
            "'row_unreadable'."
        )
        # The next page may begin with it again.
        if said not in self.report.left_out:
            self.report.leave_out(said)

    def _missed_by_the_list(self, asset: Asset) -> Iterator[Finding]:
        if not asset.has_coupon:
            waits = of_waiting(asset, self.started)
            yield from self._finding(waits, asset, None)
            return
        elsewhere = is_elsewhere(asset, self.account)
        try:
            coupon = None if elsewhere else self.vendor.coupon(asset.coupon_id or "")
        except Rejected as fault:
            # BitTitan's answer about this one cannot be read; the others are still looked up.
            self.report.leave_out(
                f"Order {asset.order_number} ({asset.name}), coupon {asset.coupon_id}: "
                f"{fault.message}"
            )
            return
        # People read the report before they apply it, which vouches for the account.
        found = (
            of_absent(asset, self.account, self.started, vouched=True)
            if coupon is None
            else of_listed(asset, coupon, self.account)
        )
        yield from self._finding(of_fate(asset, found), asset, found)

    def _is_adoptable(self, asset: Asset, coupon: Coupon) -> bool:
        """Whether the page already had the finding about an asset without a coupon."""
        return not asset.has_coupon and of_reference(asset, coupon, self.started) is not None

    def _seen(self, asset_ids: set[UUID]) -> None:
        self.report.assets += len(asset_ids)
        if asset_ids:
            with self.tenant.writing() as work:
                work.coupons.seen(asset_ids, self.started)

    def _listed(self, asset_ids: set[UUID]) -> None:
        """Mark assets listed under their own references: this account sold them."""
        if asset_ids:
            with self.tenant.writing() as work:
                work.coupons.listed(asset_ids, self.started, self.account)

    def _finding(
        self,
        difference: Difference | None,
        asset: Asset,
        found: Fate | None,
        coupon: Coupon | None = None,
    ) -> Iterator[Finding]:
        def remedy() -> bool:
            if difference is None:
                return False
            if difference.kind is DifferenceKind.COUPON_MISMATCH and coupon is not None:
                return self._settle(difference, asset, coupon)
            if difference.kind in (DifferenceKind.ORPHANED_COUPON, DifferenceKind.ASSET_STUCK):
                return self._try_again(asset)
            return bool(self._learn(asset, found))

        if difference is not None:
            yield Finding(difference=difference, remedy=remedy)

    def _learn(self, asset: Asset, found: Fate | None) -> int:
        return learn(self.tenant, asset, found, self.started, self.account)

    def _try_again(self, asset: Asset) -> bool:
        """Enqueue one more attempt; it first looks for a coupon under the asset's reference."""
        with self.tenant.writing() as work:
            current = work.assets.get(asset.id, for_update=True)
            if current.version != asset.version:
                return False
            # Marked as requested, so that the attempt looks before it asks.
            now = self.tenant.ports.clock()
            work.assets.change(asset.id, lambda a: a.retried().requested(now), SYSTEM, now)
            # An id of its own: the id of the lost attempt may be used for good.
            workflow_id = f"{Workflow.SYNCHRONIZE}:{asset.id}:reconciled:{uuid4().hex}"
            work.enqueue(Workflow.SYNCHRONIZE, workflow_id, str(asset.id))
            return True

    def _settle(self, difference: Difference, asset: Asset, coupon: Coupon) -> bool:
        """Revoke a code that nobody has; only people can settle anything else."""
        given_to_nobody = asset.has_coupon or asset.status is AssetStatus.CANCELLED
        if given_to_nobody and asset.coupon_id != coupon.id:
            return revoke_surplus(self.tenant, self.vendor, [coupon]) > 0
        with self.tenant.writing() as work:
            work.problems.report(
                ProblemKind.COUPON_MISMATCH,
                mismatch_key(coupon.id),
                message=difference.message,
                next_step="Settle it at BitTitan (cancel what was not sold), then dismiss this.",
                at=self.tenant.ports.clock(),
                asset_id=difference.asset_id,
            )
        return True


def _ids(page: Sequence[Coupon]) -> set[str]:
    return {coupon.id for coupon in page}
