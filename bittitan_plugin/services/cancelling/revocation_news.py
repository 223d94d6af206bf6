"""Who is told what about codes that staff have to revoke. The wording is in ``mail/templates``."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.revocations import PORTAL_STEPS, Revocation, RevocationCause
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.notifications import review_url, sale_values
from bittitan_plugin.services.ports import Ports


class RevocationNews(StrEnum):
    """What people are told about a revocation, once each."""

    AWAITED = "AWAITED"
    REMINDER = "REMINDER"
    REDEEMED = "REDEEMED"
    EXPIRED = "EXPIRED"


#: What the buyer reads when the cancellation comes to nothing, and why the request is overruled.
REASONS = {
    RevocationNews.REDEEMED: "The coupon code has been redeemed; it can no longer be cancelled.",
    RevocationNews.EXPIRED: "The coupon code could not be taken back before the deadline.",
}


def tell_customer(
    ports: Ports, installation_id: UUID, revocation_id: UUID, news: RevocationNews
) -> None:
    """Tell the buyer why the sale stands; of what the platform took back we say nothing."""
    revocation, asset, configuration, values = _read(ports, installation_id, revocation_id)
    if news not in REASONS or revocation.cause is RevocationCause.PLATFORM:
        return
    expired = news is RevocationNews.EXPIRED
    _send(
        ports,
        configuration,
        "cancellation_expired" if expired else "cancellation_refused",
        asset.recipient_email,
        f"revocation-{revocation_id}-{news}-customer",
        {**values, "reason": REASONS[news]},
    )


def tell_staff(
    ports: Ports, installation_id: UUID, revocation_id: UUID, news: RevocationNews
) -> None:
    """Ask staff to revoke, remind them, or say that the deadline closed it.

    The code is not in the message: it is money, and mail is read by many.
    """
    revocation, _, configuration, values = _read(ports, installation_id, revocation_id)
    over = news in (RevocationNews.AWAITED, RevocationNews.REMINDER) and not revocation.is_awaiting
    if news is RevocationNews.REDEEMED or over or not configuration.staff_email:
        return
    expired = news is RevocationNews.EXPIRED
    urgent = revocation.reminded_at is not None
    _send(
        ports,
        configuration,
        "cancellation_expired" if expired else "revocation_staff",
        configuration.staff_email,
        f"revocation-{revocation_id}-{news}-staff",
        {**values, "reminder": news is RevocationNews.REMINDER or urgent},
    )


def _read(
    ports: Ports, installation_id: UUID, revocation_id: UUID
) -> tuple[Revocation, Asset, Configuration, dict[str, Any]]:
    with ports.store.reading(installation_id) as work:
        revocation = work.revocations.get(revocation_id)
        asset = work.assets.get(revocation.asset_id)
        configuration = work.installations.by_id(installation_id).configuration
        values = sale_values(work, asset)
    credited = revocation.cause is RevocationCause.CANCELLATION
    deadline = revocation.deadline
    return (
        revocation,
        asset,
        configuration,
        {
            **values,
            "steps": PORTAL_STEPS,
            "amount": asset.total if credited else None,
            "deadline": deadline.astimezone(asset.zone) if deadline else None,
            "review_url": review_url(ports, "/stock"),
        },
    )


def _send(
    ports: Ports,
    configuration: Configuration,
    template: str,
    to: str,
    key: str,
    values: dict[str, Any],
) -> None:
    ports.mailer.send(
        Notification(
            template=template, to=to, sender=configuration.sender_email, key=key, values=values
        )
    )
