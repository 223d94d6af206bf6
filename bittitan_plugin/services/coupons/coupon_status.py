"""Follows what becomes of coupons at BitTitan.

BitTitan lists a coupon until it is redeemed or expired. Its changes are read often, its whole list
now and then; a coupon missing in the whole list, or past its expiry, is looked up by itself before
anything is concluded. Never more than one page is in memory, and repeating it changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bittitan_plugin.domain.absence import Fate, Look, is_news, of_absent, of_listed, vouches
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import OPEN_FATES, Coupon, CouponSource, CouponStatus
from bittitan_plugin.domain.errors import BitTitanError, Rejected
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.waits import left
from bittitan_plugin.ports.vendor import CouponVendor
from bittitan_plugin.services.coupon_account import in_doubt, judge
from bittitan_plugin.services.coupons.duplicate_coupons import revoke_surplus
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.request_decisions import News, decide
from bittitan_plugin.services.rounds import Item, Round
from bittitan_plugin.store.repositories.coupons import Cursor
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: How far each reading overlaps the one before: clocks differ, and rows that change while
#: a list is read may be missed.
OVERLAP = timedelta(hours=1)
#: How often the whole list is read; about the longest time a redemption is not noticed.
SWEEP_EVERY = timedelta(hours=1)
#: Coupons of one page, which are recorded in one transaction.
PAGE = 100
#: The most single look-ups of one run. The next runs do the rest.
MOST_LOOK_UPS = 500

#: The reason for a customer when the request fails.
REDEEMED_REASON = "The coupon code has been redeemed; it can no longer be cancelled."
#: The vendor's answer about one coupon contradicts its contract.
_BROKEN_ANSWER = "BROKEN_ANSWER"
_VENDOR = Actor(ActorKind.VENDOR, "BitTitan")


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What one run did."""

    #: Whether the whole list was read, not only its changes.
    swept: bool
    #: Coupons looked up one by one.
    looked_up: int
    #: Assets with a changed coupon status.
    changed: int


def follow(tenant: Tenant) -> Followed | None:
    """Run once over an installation's coupons; None where the plugin is off or there is no API.

    Raises ``Unavailable``, ``Rejected`` or ``Refusal`` when the vendor cannot be asked; what was
    learnt before is kept, and the next run reads the same period again.
    """
    started = tenant.ports.clock()
    with tenant.reading() as work:
        installation = work.installations.by_id(tenant.id)
        cursor, oldest = work.coupons.cursor(), work.coupons.oldest_open(started)
        changes = work.coupons.account_changes(1)
    configuration = installation.configuration
    account = configuration.coupon_account
    if not installation.active or account is None:
        return None
    # A reading of another account's list says nothing about this one's.
    before = cursor if cursor is not None and cursor.account == account else None
    vendor = tenant.ports.vendors.of(configuration)
    round_ = Round(tenant, "coupons", complete=False)
    since_change = changes[0].at if changes else started
    reading = _Reading(tenant, vendor, account, started, before, since_change, round_)
    since = min(before.read_at, started) if before and not reading.sweeps else oldest or started
    with reading.round:
        heard, fault = _read_list(reading, since - OVERLAP)
        answers = _look_up(reading)
        concluded = _conclude(reading, heard, answers)
    trouble = fault or answers.failure
    with tenant.writing() as work:
        work.coupons.move_cursor(reading.moved(concluded.doubted, whole=trouble is None))
    if trouble is not None:
        raise trouble
    changed = heard.changed + concluded.changed
    return Followed(swept=reading.sweeps, looked_up=len(answers.asked), changed=changed)


def follow_asset(tenant: Tenant, asset_id: UUID) -> Asset:
    """Ask what became of one asset's coupon, now. Raises what the vendor raises."""
    return look_at(tenant, asset_id)[0]


def look_at(tenant: Tenant, asset_id: UUID) -> tuple[Asset, bool]:
    """The same, and whether the status is certain: BitTitan reported it, or its absence shows it.

    Certain also where nobody can be asked: it came from elsewhere, or there is no coupon.
    """
    with tenant.reading() as work:
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(tenant.id).configuration
    account = configuration.coupon_account
    from_api = asset.has_coupon and asset.coupon_source is CouponSource.API
    if not from_api or account is None:
        return asset, True
    coupon = tenant.ports.vendors.of(configuration).coupon(asset.coupon_id or "")
    found = fate(tenant, asset, coupon, account)
    learn(tenant, asset, found, tenant.ports.clock(), account)
    with tenant.reading() as work:
        certain = found is not None or asset.coupon_status not in OPEN_FATES
        return work.assets.get(asset_id), certain


def fate(tenant: Tenant, asset: Asset, coupon: Coupon | None, account: str) -> Fate | None:
    """What a look-up that found ``coupon`` means; None where nothing can be concluded."""
    if coupon is not None:
        return of_listed(asset, coupon, account)
    vouched = not in_doubt(tenant, account)
    return of_absent(asset, account, tenant.ports.clock(), vouched=vouched)


@dataclass(frozen=True)
class _Reading:
    """One run over an account's list."""

    tenant: Tenant
    vendor: CouponVendor
    account: str
    started: datetime
    #: How far this account's list was read before.
    before: Cursor | None
    #: Since when the settings name this account; now, where they never named another.
    since_change: datetime
    round: Round

    @property
    def sweeps(self) -> bool:
        """Whether the whole list is read."""
        if self.before is None:
            return True
        return not left(self.before.swept_at + SWEEP_EVERY, self.started, SWEEP_EVERY)

    @property
    def doubted(self) -> bool:
        """Whether the reading before left the account in doubt."""
        return self.before is not None and self.before.doubted

    @property
    def trusted_until(self) -> datetime:
        """Coupons sold after this instant do not prove that this account sold the others."""
        return self.before.trusted_until if self.before else self.since_change

    def moved(self, doubted: bool, *, whole: bool) -> Cursor:
        """The new cursor; it does not move if the list was not read to its end (``whole``)."""
        old = self.before or Cursor(
            account=self.account,
            read_at=self.started - SWEEP_EVERY,
            swept_at=self.started - SWEEP_EVERY,
            trusted_until=self.trusted_until,
            doubted=False,
        )
        if not whole:
            return replace(old, doubted=doubted)
        if not self.sweeps:
            return replace(old, read_at=self.started)
        trusted_until = self.trusted_until if doubted else self.started
        moved = replace(old, read_at=self.started, swept_at=self.started)
        return replace(moved, trusted_until=trusted_until, doubted=doubted)


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What the list showed of our coupons: how many changed, how many vouch for the account."""

    changed: int = 0
    vouching: int = 0


def _read_list(reading: _Reading, since: datetime) -> tuple[_Heard, Rejected | None]:
    """Record the list; an unreadable row does not stop it, and is reported."""
    heard, vendor = _Heard(), reading.vendor
    try:
        for page in pages(vendor.changed_since(since)):
            more = _hear(reading, page)
            heard = _Heard(
                changed=heard.changed + more.changed, vouching=heard.vouching + more.vouching
            )
            revoke_surplus(reading.tenant, vendor, page)
    except Rejected as fault:
        return heard, fault
    return heard, None


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """The results of single look-ups."""

    asked: Sequence[Asset]
    #: Each asset with its coupon as BitTitan lists it, or None.
    given: Sequence[tuple[Asset, Coupon | None]]
    #: Why a look-up failed, and whether the failure stopped the others.
    failure: BitTitanError | None
    cut_short: bool


def _look_up(reading: _Reading) -> _Answers:
    """Ask one by one about coupons that the list did not settle.

    An unreadable one does not stop the others; a vendor that cannot be asked at all ends it.
    """
    asked = _unheard(reading)
    given: list[tuple[Asset, Coupon | None]] = []
    fault: BitTitanError | None = None
    for asset in asked:
        try:
            given.append((asset, reading.vendor.coupon(asset.coupon_id or "")))
        except BitTitanError as failure:
            fault = fault or failure
            if not (isinstance(failure, Rejected) and failure.code == _BROKEN_ANSWER):
                return _Answers(asked=asked, given=given, failure=failure, cut_short=True)
    return _Answers(asked=asked, given=given, failure=fault, cut_short=False)


@dataclass(frozen=True, kw_only=True)
class _Concluded:
    """What the look-ups changed, and whether the account is in doubt now."""

    changed: int
    doubted: bool


def _conclude(reading: _Reading, heard: _Heard, answers: _Answers) -> _Concluded:
    """Record the look-ups, and what the absence of the others means."""
    account, started = reading.account, reading.started
    vouching, doubted = heard.vouching, reading.doubted
    found: list[tuple[Asset, Fate | None]] = []
    vanished = []
    for asset, coupon in answers.given:
        if coupon is not None:
            vouching += vouches(asset, account, reading.trusted_until)
            found.append((asset, of_listed(asset, coupon, account)))
            continue
        absent = of_absent(asset, account, started, vouched=True)
        if absent is not None and absent.status is CouponStatus.REDEEMED:
            vanished.append(asset)
        else:
            found.append((asset, absent))
    if reading.sweeps and not answers.cut_short:
        look = Look(
            vouching=vouching,
            vanished=vanished,
            unanswered=len(answers.asked) - len(answers.given),
            doubted=doubted,
        )
        doubted = judge(reading.tenant, reading.vendor, look, account)
        found += [
            (asset, of_absent(asset, account, started, vouched=not doubted)) for asset in vanished
        ]
    changed = sum(_learn_one(reading, asset, what) for asset, what in found)
    return _Concluded(changed=changed, doubted=doubted)


def _hear(reading: _Reading, page: Sequence[Coupon]) -> _Heard:
    """Record one page.

    A listed coupon never reopens a fate that was settled meanwhile: the page may be older.
    """
    tenant, started = reading.tenant, reading.started
    listed = {coupon.id: coupon for coupon in page}
    with tenant.reading() as work:
        held = work.coupons.of_ids(listed)
    # A coupon under another sale's reference is not this one's: reconciling reports it.
    said = {
        asset: fate
        for asset in held
        if (fate := of_listed(asset, listed[asset.coupon_id or ""], reading.account))
    }
    changed = sum(
        _learn_one(reading, asset, fate)
        for asset, fate in said.items()
        if is_news(asset, fate, started)
    )
    with tenant.writing() as work:
        work.coupons.listed([asset.id for asset in said], started, reading.account)
    vouching = sum(vouches(each, reading.account, reading.trusted_until) for each in said)
    return _Heard(changed=changed, vouching=vouching)


def _learn_one(reading: _Reading, asset: Asset, found: Fate | None) -> int:
    """``learn``, but a coupon that cannot be recorded does not stop the others."""
    item = Item(id=asset.id, name=f"the coupon of order {asset.order_number}", asset_id=asset.id)
    known = (asset, found, reading.started, reading.account)
    return reading.round.do(item, lambda: learn(reading.tenant, *known)) or 0


def _unheard(reading: _Reading) -> list[Asset]:
    started = reading.started
    with reading.tenant.reading() as work:
        return work.coupons.unheard(
            started, started, MOST_LOOK_UPS, account=reading.account, swept=reading.sweeps
        )


def learn(tenant: Tenant, asset: Asset, found: Fate | None, at: datetime, account: str) -> int:
    """Record one coupon's fate. Returns 1 when this changed the asset, otherwise 0.

    None means that its ``account`` was asked at that instant and nothing is concluded.
    """
    with tenant.writing() as work:
        if found is None or found.inferred:
            work.coupons.seen([asset.id], at)
        else:
            work.coupons.listed([asset.id], at, account)
        return 0 if found is None else _learn(tenant.ports, work, asset, found)


def _learn(ports: Ports, work: UnitOfWork, asset: Asset, found: Fate) -> int:
    now = ports.clock()

    def became(current: Asset) -> Asset:
        if not found.inferred:
            return current.coupon_became(found.status)
        if current.coupon_status not in OPEN_FATES:
            return current
        return current.coupon_became(found.status, inferred_at=now)

    before = work.assets.get(asset.id, for_update=True)
    after = work.assets.change(asset.id, became, _VENDOR, now)
    if after.version != before.version and found.status is CouponStatus.CANCELLED:
        _report_cancelled_outside(ports, work, after)
    if after.coupon_status is CouponStatus.REDEEMED:
        _refuse_pending(ports, work, after)
    forget_stuck_cancellation(ports, work, after)
    return int(after.version != before.version)


def _refuse_pending(ports: Ports, work: UnitOfWork, asset: Asset) -> None:
    """Refuse a pending request to cancel a used coupon, and notify its customer at once."""
    pending = work.requests.pending_of([asset.id]).get(asset.id)
    if pending is not None:
        now = ports.clock()
        decide(
            work, pending.id, lambda r: r.refused(now, _VENDOR.name, REDEEMED_REASON), News.REFUSED
        )


def stuck_cancellation_key(asset_id: UUID) -> str:
    """The key of the problem that BitTitan could not be asked to cancel the asset's coupon."""
    return f"cancellation:{asset_id}"


def forget_stuck_cancellation(ports: Ports, work: UnitOfWork, asset: Asset) -> None:
    """Close the problem: a coupon that is used or expired cannot be cancelled any more."""
    over = asset.coupon_status in {CouponStatus.REDEEMED, CouponStatus.EXPIRED}
    if over and not asset.coupon_status_inferred:
        work.problems.resolve(stuck_cancellation_key(asset.id), ports.clock())


def cancelled_outside_key(asset_id: UUID) -> str:
    """The key of the problem that somebody else cancelled the asset's coupon at BitTitan."""
    return f"cancelled-outside:{asset_id}"


def _report_cancelled_outside(ports: Ports, work: UnitOfWork, asset: Asset) -> None:
    """Report that the sale remains but its buyer has nothing, which only staff can settle."""
    work.problems.report(
        ProblemKind.COUPON_CANCELLED_OUTSIDE,
        cancelled_outside_key(asset.id),
        message=f"The coupon of order {asset.order_number} ({asset.name}) was cancelled at "
        "BitTitan, but not by this plugin. Its buyer has paid for a code that no longer works.",
        next_step="Cancel the asset, which credits it in full; or agree on something else with "
        "the customer and dismiss this.",
        at=ports.clock(),
        asset_id=asset.id,
        action=ProblemAction.CANCEL_ASSET,
    )


def pages(coupons: Iterable[Coupon]) -> Iterator[list[Coupon]]:
    """Pages of ``PAGE``; if the list breaks, the rows read before it are yielded first."""
    page: list[Coupon] = []
    try:
        for coupon in coupons:
            page.append(coupon)
            if len(page) == PAGE:
                yield page
                page = []
    except Rejected:
        yield page
        raise
    yield page
