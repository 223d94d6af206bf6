"""Follows what becomes of coupons at BitTitan.

BitTitan lists a coupon until it is redeemed or expired. Its changes are read often, its whole list
now and then; what the whole list leaves out, or is past its expiry, is looked up by itself before
anything is concluded. Never is more than one page in memory, and repeating it changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bittitan_plugin.domain.answers import is_about_another
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import (
    OPEN_FATES,
    Coupon,
    CouponSource,
    CouponStatus,
    inferred_status,
    speaks_of_another_account,
)
from bittitan_plugin.domain.errors import BitTitanError, Rejected
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.waits import left
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.request_decisions import News, decide
from bittitan_plugin.services.rounds import Item, Round
from bittitan_plugin.services.surplus import revoke_surplus
from bittitan_plugin.store.repositories.coupons import Cursor
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.vendor.port import CouponVendor

#: How far each reading goes back behind the one before: clocks differ, and rows that change while
#: a list is read may be missed.
OVERLAP = timedelta(hours=1)
#: How often the whole list is read; about the longest time a redemption goes unnoticed.
SWEEP_EVERY = timedelta(hours=1)
#: Coupons of one page; as many are recorded in one transaction.
PAGE = 100
#: Single look-ups of one run. What is left over is looked up by the next ones.
MOST_LOOK_UPS = 500

#: Under which it is kept that the coupons have vanished all at once.
_VANISHED = "coupons vanished"
#: What a customer is told whose request comes to nothing.
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
    #: Assets whose coupon status changed.
    changed: int


def follow(ports: Ports, installation_id: UUID) -> Followed | None:
    """One run over an installation's coupons; None where the plugin is off or there is no API.

    Raises ``Unavailable``, ``Rejected`` or ``Refusal`` when the vendor cannot be asked; what was
    learnt before stays learnt, and the next run reads the same stretch again.
    """
    with ports.store.reading(installation_id) as work:
        installation = work.installations.by_id(installation_id)
        cursor, oldest = work.coupons.cursor(), work.coupons.oldest_open()
        doubted_at = work.problems.open_since(_VANISHED)
    configuration, started = installation.configuration, ports.clock()
    if not installation.active or not configuration.knows_api:
        return None
    swept = cursor is None or not left(cursor.swept_at + SWEEP_EVERY, started, SWEEP_EVERY)
    since = (oldest or started) if cursor is None or swept else min(cursor.read_at, started)
    vendor = ports.vendors.of(configuration)
    # What was sold since the last sound sweep does not show that this account sold the others.
    counts_until = doubted_at or (cursor.swept_at if cursor else started)
    round_ = Round(ports, installation_id, "coupons", complete=False)
    reading = _Reading(ports, installation_id, started, counts_until, round_)
    with reading.round:
        heard, fault = _read_list(reading, vendor, since - OVERLAP)
        doubtful = _unheard(ports, installation_id, started, swept=swept)
        fates, failure = _look_up(ports, vendor, doubtful)
        doubted = swept and _is_doubted(ports, installation_id, heard.known, fates)
        changed = heard.changed + sum(
            _learn_one(reading, asset, status)
            for asset, status in fates
            if not (doubted and status is CouponStatus.REDEEMED)
        )
    for trouble in (fault, failure):
        if trouble is not None:
            raise trouble
    if cursor is None or swept:
        cursor = Cursor(read_at=started, swept_at=started)
    with ports.store.writing(installation_id) as work:
        work.coupons.move_cursor(Cursor(read_at=started, swept_at=cursor.swept_at))
    return Followed(swept=swept, looked_up=len(doubtful), changed=changed)


def follow_asset(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    """Ask what became of one asset's coupon, now. Raises what the vendor raises."""
    with ports.store.reading(installation_id) as work:
        asset = work.assets.get(asset_id)
        configuration = work.installations.by_id(installation_id).configuration
    if not _followed(asset, configuration):
        return asset
    status = fate(ports, ports.vendors.of(configuration), asset)
    if not (status is CouponStatus.REDEEMED and in_doubt(ports, installation_id)):
        learn(ports, installation_id, asset, status, ports.clock())
    with ports.store.reading(installation_id) as work:
        return work.assets.get(asset_id)


def in_doubt(ports: Ports, installation_id: UUID) -> bool:
    """Whether staff have yet to say if this is the account that sold the coupons.

    Until then what is not listed is not called redeemed, by whatever way it is asked about.
    """
    with ports.store.reading(installation_id) as work:
        return work.problems.is_open(_VANISHED)


def _followed(asset: Asset, configuration: Configuration) -> bool:
    from_api = asset.coupon_source is CouponSource.API
    return asset.has_coupon and from_api and configuration.knows_api


@dataclass(frozen=True)
class _Reading:
    ports: Ports
    installation_id: UUID
    started: datetime
    #: Coupons sold up to then count as known when they are listed.
    counts_until: datetime
    round: Round


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What the list said of our coupons: how many changed, how many known ones are on it."""

    changed: int = 0
    known: int = 0


def _read_list(
    reading: _Reading, vendor: CouponVendor, since: datetime
) -> tuple[_Heard, Rejected | None]:
    """Record what the list says; a row nobody can read neither stops it nor goes unnoticed."""
    heard = _Heard()
    try:
        for page in pages(vendor.changed_since(since)):
            more = _hear(reading, page)
            heard = _Heard(changed=heard.changed + more.changed, known=heard.known + more.known)
            revoke_surplus(reading.ports, reading.installation_id, vendor, page)
    except Rejected as fault:
        return heard, fault
    return heard, None


def _look_up(
    ports: Ports, vendor: CouponVendor, doubtful: Sequence[Asset]
) -> tuple[list[tuple[Asset, CouponStatus]], BitTitanError | None]:
    """The fates of these, and why one could not be learnt.

    One that cannot be read keeps none of the others from being asked about; a vendor that cannot
    be asked at all ends it.
    """
    fates: list[tuple[Asset, CouponStatus]] = []
    fault: BitTitanError | None = None
    for asset in doubtful:
        try:
            fates.append((asset, fate(ports, vendor, asset)))
        except BitTitanError as failure:
            if not (isinstance(failure, Rejected) and failure.code == _BROKEN_ANSWER):
                return fates, failure
            fault = fault or failure
    return fates, fault


def _is_doubted(
    ports: Ports,
    installation_id: UUID,
    listed: int,
    fates: Sequence[tuple[Asset, CouponStatus]],
) -> bool:
    """Whether a whole reading tells of the settings rather than of the coupons; staff are told."""
    said = Counter(status for _, status in fates)
    known = listed + said[CouponStatus.AVAILABLE] + said[CouponStatus.CANCELLED]
    vanished = said[CouponStatus.REDEEMED]
    doubted = speaks_of_another_account(vanished, known)
    _report_vanished(ports, installation_id, vanished if doubted else 0)
    return doubted


def _hear(reading: _Reading, page: Sequence[Coupon]) -> _Heard:
    """Record one page.

    A listed coupon never reopens a fate that was settled meanwhile: the page may be older.
    """
    ports, installation_id, started = reading.ports, reading.installation_id, reading.started
    listed = {coupon.id: coupon for coupon in page}
    with ports.store.reading(installation_id) as work:
        held = work.coupons.of_ids(listed)
    # What is listed under another sale's reference is not about this one: reconciling says so.
    assets = [each for each in held if not is_about_another(each, listed[each.coupon_id or ""])]
    changed = 0
    for asset in assets:
        status = listed[asset.coupon_id or ""].status
        if asset.coupon_status in OPEN_FATES and status is not asset.coupon_status:
            changed += _learn_one(reading, asset, status)
    with ports.store.writing(installation_id) as work:
        work.coupons.seen([asset.id for asset in assets], started)
    known = sum(asset.purchase_date <= reading.counts_until for asset in assets)
    return _Heard(changed=changed, known=known)


def _learn_one(reading: _Reading, asset: Asset, status: CouponStatus) -> int:
    """``learn``, and one that cannot be recorded keeps none of the others from being."""
    item = Item(id=asset.id, name=f"the coupon of order {asset.order_number}", asset_id=asset.id)
    known = (reading.ports, reading.installation_id, asset, status, reading.started)
    return reading.round.do(item, lambda: learn(*known)) or 0


def _unheard(ports: Ports, installation_id: UUID, started: datetime, *, swept: bool) -> list[Asset]:
    with ports.store.reading(installation_id) as work:
        return work.coupons.unheard(started, started, MOST_LOOK_UPS, swept=swept)


def fate(ports: Ports, vendor: CouponVendor, asset: Asset) -> CouponStatus:
    """What the vendor says of the coupon, or what its silence means."""
    coupon = vendor.coupon(asset.coupon_id or "")
    if coupon is not None:
        return asset.coupon_status if is_about_another(asset, coupon) else coupon.status
    if asset.coupon_expires_at is None:
        return CouponStatus.UNKNOWN
    if asset.coupon_status not in OPEN_FATES:
        # Unlisted, as it was when its fate was settled: that holds, whatever the day is now.
        return asset.coupon_status
    return inferred_status(asset.coupon_expires_at, ports.clock())


def learn(
    ports: Ports, installation_id: UUID, asset: Asset, status: CouponStatus, at: datetime
) -> int:
    """Record one coupon's fate. Returns 1 when the asset changed by it, else 0."""
    with ports.store.writing(installation_id) as work:
        before = work.assets.get(asset.id, for_update=True)
        after = work.assets.change(
            asset.id, lambda a: a.coupon_became(status), _VENDOR, ports.clock()
        )
        if after.version != before.version and status is CouponStatus.CANCELLED:
            _report_cancelled_outside(ports, work, after)
        if after.coupon_status is CouponStatus.REDEEMED:
            _refuse_pending(ports, work, after)
        work.coupons.seen([asset.id], at)
        return int(after.version != before.version)


def _refuse_pending(ports: Ports, work: UnitOfWork, asset: Asset) -> None:
    """A request to cancel what is used can only be refused: its customer is told at once."""
    pending = work.requests.pending_of([asset.id]).get(asset.id)
    if pending is not None:
        now = ports.clock()
        decide(
            work, pending.id, lambda r: r.refused(now, _VENDOR.name, REDEEMED_REASON), News.REFUSED
        )


def cancelled_outside_key(asset_id: UUID) -> str:
    """Under which it is kept that somebody else cancelled the asset's coupon at BitTitan."""
    return f"cancelled-outside:{asset_id}"


def _report_cancelled_outside(ports: Ports, work: UnitOfWork, asset: Asset) -> None:
    """The sale stands and its buyer has nothing: nobody but staff can say what is to be done."""
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


def _report_vanished(ports: Ports, installation_id: UUID, vanished: int) -> None:
    """Nothing is concluded until a person has looked; closed by itself at the next sound look."""
    with ports.store.writing(installation_id) as work:
        if not vanished:
            work.problems.resolve(_VANISHED, ports.clock())
            return
        work.problems.report(
            ProblemKind.COUPONS_VANISHED,
            _VANISHED,
            message=f"BitTitan lists none of this shop's coupons any more; {vanished} of them were "
            "unused. Their assets are left as they are.",
            next_step="See whether the settings name the BitTitan account that sold them. If they "
            "do, the coupons were redeemed: reconcile and apply, which records it.",
            at=ports.clock(),
            action=ProblemAction.OPEN_SETTINGS,
        )


def pages(coupons: Iterable[Coupon]) -> Iterator[list[Coupon]]:
    """Pages of ``PAGE``; what was read is given before what breaks the list is raised."""
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
