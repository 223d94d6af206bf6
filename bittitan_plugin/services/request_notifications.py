"""Who is told what about a cancellation request. The wording is in ``mail/templates``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.requests import REMINDER_BEFORE, CancellationRequest
from bittitan_plugin.mail.port import Notification
from bittitan_plugin.services.notifications import sale_values
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
    """Tell whoever asked, if the news concerns them."""
    if news in _TO_CUSTOMER:
        told = _read(ports, installation_id, request_id, news)
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
            "deadline": request.deadline.astimezone(configuration.zone),
            "reason": request.reason,
            "review_url": None,
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
