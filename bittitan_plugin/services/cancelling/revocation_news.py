"""Who is told what about codes that staff have to revoke. The wording is in ``mail/templates``."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain import emails
from bittitan_plugin.domain.revocations import PORTAL_STEPS, Revocation, RevocationCause
from bittitan_plugin.services.notifications import review_url, send, send_to_staff, summary_of
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.repositories.sales import Sale


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
    case = _read(ports, installation_id, revocation_id)
    if news not in REASONS or case.revocation.cause is RevocationCause.PLATFORM:
        return
    email: emails.Email = emails.CancellationRefused(sale=case.summary, reason=REASONS[news])
    if news is RevocationNews.EXPIRED and case.deadline:
        email = emails.CancellationExpired(sale=case.summary, deadline=case.deadline)
    send(ports, case.sale, email, key=f"revocation-{revocation_id}-{news}-customer")


def tell_staff(
    ports: Ports, installation_id: UUID, revocation_id: UUID, news: RevocationNews
) -> None:
    """Ask staff to revoke, remind them, or say that the deadline closed it.

    The code is not in the message: it is money, and mail is read by many.
    """
    case = _read(ports, installation_id, revocation_id)
    revocation = case.revocation
    over = news in (RevocationNews.AWAITED, RevocationNews.REMINDER) and not revocation.is_awaiting
    if news is RevocationNews.REDEEMED or over:
        return
    credited = revocation.cause is RevocationCause.CANCELLATION
    email: emails.Email = emails.RevocationToDo(
        sale=case.summary,
        steps=PORTAL_STEPS,
        deadline=case.deadline,
        amount=case.sale.asset.total if credited else None,
        review_url=review_url(ports, "/stock"),
        reminder=news is RevocationNews.REMINDER or revocation.reminded_at is not None,
    )
    if news is RevocationNews.EXPIRED and case.deadline:
        email = emails.CancellationExpired(sale=case.summary, deadline=case.deadline)
    send_to_staff(ports, case.sale, email, key=f"revocation-{revocation_id}-{news}-staff")


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A revocation, and what there is to tell about it."""

    revocation: Revocation
    sale: Sale
    summary: emails.SaleSummary
    deadline: datetime | None


def _read(ports: Ports, installation_id: UUID, revocation_id: UUID) -> _Case:
    with ports.store.reading(installation_id) as work:
        revocation = work.revocations.get(revocation_id)
        sale = work.sales.get(revocation.asset_id)
        summary = summary_of(work, sale)
    deadline = revocation.deadline.astimezone(sale.asset.zone) if revocation.deadline else None
    return _Case(revocation=revocation, sale=sale, summary=summary, deadline=deadline)
