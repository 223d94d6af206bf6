"""Who is told what about a cancellation request. The wording is in ``mail/templates``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import ActorKind
from bittitan_plugin.domain.requests import REMINDER_BEFORE, CancellationRequest, RequestState
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.cancelling.cancellation import refusal_after
from bittitan_plugin.services.notifications import review_url, sale_values
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.request_decisions import News

_TO_CUSTOMER: Mapping[News, str] = {
    News.RECEIVED: "cancellation_request_received",
    News.WITHDRAWN: "cancellation_withdrawn",
    News.ACCEPTED: "cancellation_accepted",
    News.REFUSED: "cancellation_refused",
    News.EXPIRED: "cancellation_expired",
}
_TO_STAFF: Mapping[News, str] = {
    News.RECEIVED: "cancellation_request_staff",
    News.REMINDER: "cancellation_request_staff",
    News.WITHDRAWN: "cancellation_withdrawn",
    News.EXPIRED: "cancellation_expired",
}


@dataclass(frozen=True, kw_only=True)
class _Told:
    request: CancellationRequest
    asset: Asset
    configuration: Configuration
    values: Mapping[str, Any]


def tell_customer(ports: Ports, installation_id: UUID, request_id: UUID, news: News) -> None:
    """Tell whoever asked, if the news concerns them.

    An acceptance that BitTitan has overruled meanwhile is not told: the refusal is.
    """
    if news in _TO_CUSTOMER:
        told = _read(ports, installation_id, request_id, news)
        if news is News.ACCEPTED and told.request.state is RequestState.REFUSED:
            return
        to = told.request.requested_by or told.asset.recipient_email
        _send(ports, told, _TO_CUSTOMER[news], to, f"request-{request_id}-{news}-customer")


def tell_staff(ports: Ports, installation_id: UUID, request_id: UUID, news: News) -> None:
    """Tell staff, if the news concerns them and they have an address.

    A reminder of what has been decided meanwhile is not sent.
    """
    if news not in _TO_STAFF:
        return
    told = _read(ports, installation_id, request_id, news)
    over = news is News.REMINDER and not told.request.is_pending
    if told.configuration.staff_email and not over:
        to = told.configuration.staff_email
        _send(ports, told, _TO_STAFF[news], to, f"request-{request_id}-{news}-staff")


def tell_refused(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """BitTitan did not take the coupon back, and no request is there to carry the answer.

    Told is the customer who cancelled without staff; staff see it where they cancelled.
    """
    with ports.store.reading(installation_id) as work:
        asset = work.assets.get(asset_id)
        begun = [
            entry
            for entry in work.assets.history([asset_id])[asset_id]
            if entry.change.field == "status" and entry.change.after == AssetStatus.CANCELLING
        ]
        if not begun or begun[-1].actor.kind is not ActorKind.CUSTOMER:
            return
        configuration = work.installations.by_id(installation_id).configuration
        values = sale_values(work, asset)
    refusal = refusal_after(asset)
    vague = refusal.code is ErrorCode.VENDOR_REJECTED
    told = "BitTitan did not take the coupon back; our staff look into it."
    ports.mailer.send(
        Notification(
            template="cancellation_refused",
            to=begun[-1].actor.name or asset.recipient_email,
            sender=configuration.sender_email,
            key=f"cancellation-refused-{asset.id}-{begun[-1].at:%Y%m%d%H%M%S%f}",
            values={
                **values,
                "comment": None,
                "amount": asset.total,
                "deadline": None,
                "reason": told if vague else refusal.message,
                "review_url": None,
                "reminder": False,
            },
        )
    )


def _read(ports: Ports, installation_id: UUID, request_id: UUID, news: News) -> _Told:
    with ports.store.reading(installation_id) as work:
        request = work.requests.get(request_id)
        asset = work.assets.get(request.asset_id)
        configuration = work.installations.by_id(installation_id).configuration
        values = sale_values(work, asset)
    urgent = request.created_at >= request.deadline - REMINDER_BEFORE
    return _Told(
        request=request,
        asset=asset,
        configuration=configuration,
        values={
            **values,
            "comment": request.comment or None,
            "amount": asset.total,
            "deadline": request.deadline.astimezone(asset.zone),
            "reason": request.reason,
            "review_url": review_url(ports, f"/cancellation-requests/detail?pk={request.id}"),
            "reminder": news is News.REMINDER or urgent,
        },
    )


def _send(ports: Ports, told: _Told, template: str, to: str, key: str) -> None:
    ports.mailer.send(
        Notification(
            template=template,
            to=to,
            sender=told.configuration.sender_email,
            key=key,
            values=told.values,
        )
    )
