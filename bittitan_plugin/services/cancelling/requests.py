"""Requests to cancel: a customer makes one, staff accept or reject it, the customer may retract it.

A request is a row with a deadline, which the timetable watches. Each decision is one transaction
under the asset's lock, so exactly one of several at once wins.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.cancellation import CancellationTerms, demand
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.domain.mail_limits import CANCELLATION_REQUESTS
from bittitan_plugin.domain.requests import (
    REMINDER_BEFORE,
    CancellationRequest,
    RequestState,
    already_decided,
    check_text,
)
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.mail_limits import count_mail
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.request_decisions import News, announce, decide
from bittitan_plugin.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The result of asking: a request that waits for staff, or a cancellation in progress."""

    asset: Asset
    #: None where the cancellation executes at once.
    request: CancellationRequest | None


def create(tenant: Tenant, asset_id: UUID, actor: Actor, comment: str) -> Asked:
    """Request the cancellation; where the distributor allows it, it executes at once instead.

    Raises ``Refusal``: what the terms say, UNIQUE while another request is pending, INVALID on
    ``comment``, LIMIT_REACHED, PLUGIN_INACTIVE.
    """
    comment = check_text(comment, field="comment")
    with tenant.writing() as work:
        installation = work.installations.by_id(tenant.id)
        installation.check_active()
        asset = work.assets.get(asset_id, for_update=True)
        if work.requests.pending_of([asset_id]):
            raise Refusal(
                ErrorCode.UNIQUE, "A request to cancel this asset is already pending.", field="id"
            )
        terms = cancellation.terms(tenant.ports, installation, asset)
        demand(terms)
        # Each outcome of it sends an e-mail, and so does taking it back.
        count_mail(work, CANCELLATION_REQUESTS, asset_id, actor, tenant.ports.clock())
        if terms.automatic:
            begun = cancellation.begin(tenant.ports, work, asset, actor, comment)
            return Asked(asset=begun, request=None)
        if asset.coupon_status is CouponStatus.REDEEMED:
            # It is only concluded, so staff may have BitTitan asked, which would close a request.
            raise cancellation.refusal_after(asset)
        request = _new(tenant.ports, asset, terms, actor, comment)
        work.requests.add(request)
        announce(work, request, News.RECEIVED)
    return Asked(asset=asset, request=request)


def withdraw(tenant: Tenant, request_id: UUID, actor: Actor) -> CancellationRequest:
    """The customer takes the request back. Raises ``Refusal`` REQUEST_DECIDED if it is too late."""
    with tenant.writing() as work:
        _locked(work, tenant.id, request_id)
        return decide(
            work,
            request_id,
            lambda r: r.withdrawn(tenant.ports.clock(), actor.name),
            News.WITHDRAWN,
        )


def reject(tenant: Tenant, request_id: UUID, actor: Actor, reason: str) -> CancellationRequest:
    """Staff refuse, with a reason. Raises ``Refusal`` REQUEST_DECIDED, or on ``reason``."""
    with tenant.writing() as work:
        _, asset = _locked(work, tenant.id, request_id)
        refused = decide(
            work,
            request_id,
            lambda r: r.refused(tenant.ports.clock(), actor.name, reason),
            News.REFUSED,
        )
        told = Change(field="cancellationRequest", before=None, after=f"refused: {reason}")
        work.assets.note(asset.id, told, actor, tenant.ports.clock())
        return refused


def accept(tenant: Tenant, request_id: UUID, actor: Actor) -> CancellationRequest:
    """Staff accept: the cancellation executes from here on, so its terms are checked here.

    If it is too late, it closes as expired and both sides are notified; after that is committed,
    ``Refusal`` CANCELLATION_WINDOW_CLOSED is raised. Raises REQUEST_DECIDED if somebody was
    quicker, and other refusals of the terms (the request stays pending, to be rejected).
    """
    with tenant.writing() as work:
        request, asset = _locked(work, tenant.id, request_id)
        if not request.is_pending:
            raise already_decided(request)
        terms = cancellation.terms(tenant.ports, work.installations.by_id(tenant.id), asset)
        too_late = terms.code is ErrorCode.CANCELLATION_WINDOW_CLOSED
        if too_late:
            decide(work, request_id, lambda r: r.expired(tenant.ports.clock()), News.EXPIRED)
        else:
            demand(terms)
            # Beginning the cancellation settles the request as accepted.
            cancellation.begin(tenant.ports, work, asset, actor, request.comment)
            request = work.requests.get(request_id)
    if too_late:
        raise Refusal(
            ErrorCode.CANCELLATION_WINDOW_CLOSED,
            f"{terms.message} The request has been closed as expired.",
            field="id",
        )
    return request


def overrule(tenant: Tenant, asset_id: UUID, reason: str | None = None) -> bool:
    """BitTitan did not take the coupon back, so the accepted request is refused after all.

    The customer is notified with ``reason``, or with the coupon's status. True when there was
    such a request; repeating it is harmless.
    """
    with tenant.writing() as work:
        asset = work.assets.get(asset_id, for_update=True)
        request = work.requests.latest_of(asset_id)
        if request is None or request.state is not RequestState.ACCEPTED:
            return False
        spoken = reason or _spoken(cancellation.refusal_after(asset))
        decide(work, request.id, lambda r: r.overruled(tenant.ports.clock(), spoken), News.REFUSED)
        return True


def _spoken(refusal: Refusal) -> str:
    if refusal.code is ErrorCode.VENDOR_REJECTED:
        return "BitTitan did not take the coupon back; our staff look into it."
    return refusal.message


def _new(
    ports: Ports, asset: Asset, terms: CancellationTerms, actor: Actor, comment: str
) -> CancellationRequest:
    now = ports.clock()
    late = terms.closes_at - REMINDER_BEFORE <= now
    return CancellationRequest(
        id=uuid4(),
        asset_id=asset.id,
        requested_by=actor.name or asset.recipient_email,
        comment=comment,
        created_at=now,
        deadline=terms.closes_at,
        # This near the deadline the first message to staff serves as the reminder.
        reminded_at=now if late else None,
    )


def _locked(
    work: UnitOfWork, installation_id: UUID, request_id: UUID
) -> tuple[CancellationRequest, Asset]:
    """The request and its asset, read under the asset's lock so that nobody else decides."""
    work.installations.by_id(installation_id).check_active()
    asset_id = work.requests.get(request_id).asset_id
    asset = work.assets.get(asset_id, for_update=True)
    return work.requests.get(request_id), asset
