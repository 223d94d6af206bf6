"""Sends the e-mails about a cancellation request. The wording is in ``mail/templates``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain import emails
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import ActorKind
from bittitan_plugin.domain.requests import REMINDER_BEFORE, CancellationRequest, RequestState
from bittitan_plugin.services.cancelling.cancellation import refusal_after
from bittitan_plugin.services.notifications import (
    read_sale,
    review_url,
    send,
    send_to_staff,
    summary_of,
)
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.store.repositories.sales import Sale


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A request, and the values for e-mails about it."""

    request: CancellationRequest
    sale: Sale
    summary: emails.SaleSummary
    deadline: datetime
    review_url: str | None
    reminder: bool


def _withdrawn(case: _Case) -> emails.SaleEmail:
    return emails.CancellationWithdrawn(sale=case.summary, deadline=case.deadline)


def _expired(case: _Case) -> emails.SaleEmail:
    return emails.CancellationExpired(sale=case.summary, deadline=case.deadline)


def _to_decide(case: _Case) -> emails.SaleEmail:
    return emails.CancellationToDecide(
        sale=case.summary,
        comment=case.request.comment or None,
        amount=case.sale.asset.total,
        deadline=case.deadline,
        review_url=case.review_url,
        reminder=case.reminder,
    )


_TO_CUSTOMER: Mapping[News, Callable[[_Case], emails.SaleEmail]] = {
    News.RECEIVED: lambda case: emails.CancellationRequested(
        sale=case.summary,
        comment=case.request.comment or None,
        amount=case.sale.asset.total,
        deadline=case.deadline,
    ),
    News.WITHDRAWN: _withdrawn,
    News.ACCEPTED: lambda case: emails.CancellationAccepted(
        sale=case.summary, amount=case.sale.asset.total
    ),
    News.REFUSED: lambda case: emails.CancellationRefused(
        sale=case.summary, reason=case.request.reason or ""
    ),
    News.EXPIRED: _expired,
}
_TO_STAFF: Mapping[News, Callable[[_Case], emails.SaleEmail]] = {
    News.RECEIVED: _to_decide,
    News.REMINDER: _to_decide,
    News.WITHDRAWN: _withdrawn,
    News.EXPIRED: _expired,
}


def tell_customer(tenant: Tenant, request_id: UUID, news: News) -> None:
    """Notify whoever made the request, if the news concerns them.

    An acceptance that BitTitan has overruled meanwhile is not sent; the refusal is.
    """
    case = _read(tenant, request_id, news)
    overruled = news is News.ACCEPTED and case.request.state is RequestState.REFUSED
    if news in _TO_CUSTOMER and not overruled:
        email, key = _TO_CUSTOMER[news](case), f"request-{request_id}-{news}-customer"
        send(tenant.ports, case.sale, email, key=key, to=case.request.requested_by)


def tell_staff(tenant: Tenant, request_id: UUID, news: News) -> None:
    """Notify staff, if the news concerns them and they have an address.

    A reminder of a request that has been decided meanwhile is not sent.
    """
    case = _read(tenant, request_id, news)
    over = news is News.REMINDER and not case.request.is_pending
    if news in _TO_STAFF and not over:
        key = f"request-{request_id}-{news}-staff"
        send_to_staff(tenant.ports, case.sale, _TO_STAFF[news](case), key=key)


def tell_refused(tenant: Tenant, asset_id: UUID) -> None:
    """Notify that BitTitan did not take the coupon back, where there is no request to answer.

    The customer who cancelled without staff gets the e-mail; staff see it where they cancelled.
    """
    with tenant.reading() as work:
        request = work.requests.latest_of(asset_id)
        begun = [
            entry
            for entry in work.assets.history([asset_id])[asset_id]
            if entry.change.field == "status" and entry.change.after == AssetStatus.CANCELLING
        ]
    if not begun or begun[-1].actor.kind is not ActorKind.CUSTOMER:
        return
    if request is not None and request.is_overruled_since(begun[-1].at):
        return
    sale, summary = read_sale(tenant, asset_id)
    refusal = refusal_after(sale.asset)
    vague = refusal.code is ErrorCode.VENDOR_REJECTED
    told = "BitTitan did not take the coupon back; our staff look into it."
    email = emails.CancellationRefused(sale=summary, reason=told if vague else refusal.message)
    key = f"cancellation-refused-{asset_id}-{begun[-1].at:%Y%m%d%H%M%S%f}"
    send(tenant.ports, sale, email, key=key, to=begun[-1].actor.name)


def _read(tenant: Tenant, request_id: UUID, news: News) -> _Case:
    with tenant.reading() as work:
        request = work.requests.get(request_id)
        sale = work.sales.get(request.asset_id)
        summary = summary_of(tenant.ports, work, sale)
    urgent = request.created_at >= request.deadline - REMINDER_BEFORE
    return _Case(
        request=request,
        sale=sale,
        summary=summary,
        deadline=request.deadline.astimezone(sale.asset.zone),
        review_url=review_url(tenant.ports, f"/cancellation-requests/detail?pk={request.id}"),
        reminder=news is News.REMINDER or urgent,
    )
