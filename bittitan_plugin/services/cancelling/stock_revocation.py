"""Cancels assets with codes from stock: staff revoke these in BitTitan's portal and confirm it.

The order guarantees the same as with the API: nobody is credited for a code that can still be used.
Only a person can confirm it, so the asset waits for one, no longer than the cancellation window.
"""

from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.cancellation import deadline_of
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.requests import REMINDER_BEFORE
from bittitan_plugin.domain.revocations import Revocation, RevocationCause, RevocationState
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.services.cancelling.revocation import report_unrevocable
from bittitan_plugin.services.cancelling.revocation_news import RevocationNews
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.workflow_ids import (
    Side,
    Workflow,
    cancel_id,
    revocation_news_id,
)
from bittitan_plugin.store.unit_of_work import UnitOfWork

DEADLINE = Actor(ActorKind.SYSTEM, "deadline")


def await_revocation(
    ports: Ports,
    work: UnitOfWork,
    asset: Asset,
    actor: Actor,
    cause: RevocationCause,
    comment: str = "",
) -> Asset:
    """Make the asset wait for staff. The caller holds its lock and has checked the terms."""
    open_one = work.revocations.awaiting_of([asset.id]).get(asset.id)
    if open_one is not None:
        if cause is RevocationCause.PLATFORM:
            _ask(ports, work, asset, work.revocations.change(open_one.id, Revocation.taken_over))
        return asset
    revocation = _new(ports, asset, actor, cause, comment)
    work.revocations.add(revocation)
    work.stock.move(asset.id, StockState.ALLOCATED, StockState.AWAITING_REVOCATION)
    asset = work.assets.change(asset.id, Asset.awaiting_revocation, actor, ports.clock())
    _ask(ports, work, asset, revocation)
    announce(work, revocation, RevocationNews.AWAITED)
    return asset


def confirm(tenant: Tenant, revocation_id: UUID, actor: Actor) -> Asset:
    """Staff revoked the codes: cancel the asset and, unless the platform does, credit it, durably.

    Raises ``Refusal``: REQUEST_DECIDED when somebody was quicker, PLUGIN_INACTIVE; and, after the
    revocation is closed as expired, CANCELLATION_WINDOW_CLOSED when it is too late.
    """
    with tenant.writing() as work:
        revocation = _locked(work, tenant.id, revocation_id)
        late = revocation.is_awaiting and revocation.is_late(tenant.ports.clock())
        if late:
            close(tenant.ports, work, revocation)
        else:
            asset = _confirmed(tenant.ports, work, revocation, actor)
    if late:
        raise Refusal(
            ErrorCode.CANCELLATION_WINDOW_CLOSED,
            "The days in which it could be cancelled are over. The revocation has been closed "
            "and the sale stands; if the code is revoked already, give the customer another one.",
            field="id",
        )
    return asset


def report_redeemed(tenant: Tenant, revocation_id: UUID, actor: Actor) -> Asset:
    """Staff found the codes used: the sale remains, and whoever asked is notified.

    Raises ``Refusal``: REQUEST_DECIDED when someone was quicker, PLUGIN_INACTIVE.
    """
    with tenant.writing() as work:
        revocation = _locked(work, tenant.id, revocation_id)
        _decide(tenant.ports, work, revocation, RevocationState.REDEEMED, actor.name)
        asset = _stands(
            tenant.ports, work, revocation, actor, CouponStatus.REDEEMED, StockState.REDEEMED
        )
        if revocation.cause is RevocationCause.PLATFORM:
            report_unrevocable(tenant.ports, work, asset)
        announce(work, revocation, RevocationNews.REDEEMED)
        return asset


def close(ports: Ports, work: UnitOfWork, revocation: Revocation) -> None:
    """Nobody confirmed in time: the sale remains, and both sides are notified.

    The caller holds the asset's lock.
    """
    asset = work.assets.get(revocation.asset_id)
    _decide(ports, work, revocation, RevocationState.EXPIRED, DEADLINE.name)
    _stands(ports, work, revocation, DEADLINE, asset.coupon_status, StockState.ALLOCATED)
    announce(work, revocation, RevocationNews.EXPIRED)


def announce(work: UnitOfWork, revocation: Revocation, news: RevocationNews) -> None:
    """Enqueue the news to each side, which is sent if and only if this transaction commits."""
    for side in Side:
        work.enqueue(
            Workflow.REVOCATION_NEWS,
            revocation_news_id(revocation.id, news, side),
            str(revocation.id),
            news.value,
            side,
        )


def _new(
    ports: Ports, asset: Asset, actor: Actor, cause: RevocationCause, comment: str
) -> Revocation:
    now, deadline = ports.clock(), None
    if cause is RevocationCause.CANCELLATION:
        deadline = deadline_of(asset)
    late = deadline is not None and deadline - REMINDER_BEFORE <= now
    return Revocation(
        id=uuid4(),
        asset_id=asset.id,
        cause=cause,
        asked_by=actor.name,
        comment=comment,
        created_at=now,
        deadline=deadline,
        # This near the deadline the first message to staff serves as the reminder.
        reminded_at=now if late else None,
    )


def _confirmed(ports: Ports, work: UnitOfWork, revocation: Revocation, actor: Actor) -> Asset:
    now = ports.clock()
    _decide(ports, work, revocation, RevocationState.CONFIRMED, actor.name)
    work.stock.move(
        revocation.asset_id,
        StockState.AWAITING_REVOCATION,
        StockState.REVOKED,
        settled_at=now,
    )
    asset = work.assets.change(revocation.asset_id, lambda a: a.cancelled(now), actor, now)
    if revocation.cause is RevocationCause.CANCELLATION:
        work.enqueue(
            Workflow.CANCEL, cancel_id(asset.id, asset.version), str(asset.id), revocation.comment
        )
    return asset


def _stands(
    ports: Ports,
    work: UnitOfWork,
    revocation: Revocation,
    actor: Actor,
    status: CouponStatus,
    state: StockState,
) -> Asset:
    now = ports.clock()
    settled_at = None if state is StockState.ALLOCATED else now
    work.stock.move(
        revocation.asset_id, StockState.AWAITING_REVOCATION, state, settled_at=settled_at
    )
    return work.assets.change(
        revocation.asset_id, lambda a: a.cancellation_refused(status), actor, now
    )


def _decide(
    ports: Ports, work: UnitOfWork, revocation: Revocation, state: RevocationState, by: str
) -> None:
    work.revocations.change(revocation.id, lambda r: r.decided(state, ports.clock(), by))
    work.problems.resolve(_problem(revocation.asset_id), ports.clock())


def _ask(ports: Ports, work: UnitOfWork, asset: Asset, revocation: Revocation) -> None:
    """Raise the problem that asks staff; codes are masked, because platforms show problems too."""
    codes = work.stock.of_assets([asset.id])[asset.id]
    named = ", ".join(ports.cipher.masked(code.code) for code in codes)
    until = (
        f" before {revocation.deadline:%Y-%m-%d %H:%M} ({revocation.deadline.tzinfo})"
        if revocation.deadline
        else ""
    )
    what = (
        "the full amount is credited then"
        if revocation.cause is RevocationCause.CANCELLATION
        else "the platform has returned the money itself"
    )
    work.problems.report(
        ProblemKind.REVOCATION_AWAITED,
        _problem(asset.id),
        message=f"Order {asset.order_number} ({asset.name}, {asset.quantity} licences) is being "
        f"cancelled; its code(s) {named} must be revoked in BitTitan's portal{until}.",
        next_step="Revoke the code in BitTitan's portal and confirm it under revocations "
        f"({what}), or report it there as redeemed.",
        at=ports.clock(),
        asset_id=asset.id,
        action=ProblemAction.CONFIRM_REVOCATION,
    )


def _locked(work: UnitOfWork, installation_id: UUID, revocation_id: UUID) -> Revocation:
    """The revocation, read under the asset's lock so that nobody else decides it."""
    work.installations.by_id(installation_id).check_active()
    asset_id = work.revocations.get(revocation_id).asset_id
    work.assets.get(asset_id, for_update=True)
    return work.revocations.get(revocation_id)


def _problem(asset_id: UUID) -> str:
    return f"revocation:{asset_id}"
