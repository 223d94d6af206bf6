"""Sends the e-mails about codes that staff must revoke. The wording is in ``mail/templates``."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain import emails
from bittitan_plugin.domain.revocations import PORTAL_STEPS, Revocation, RevocationCause
from bittitan_plugin.services.notifications import review_url, send, send_to_staff, summary_of
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.repositories.sales import Sale


class RevocationNews(StrEnum):
    """The news about a revocation, each sent once."""

    AWAITED = "AWAITED"
    REMINDER = "REMINDER"
    REDEEMED = "REDEEMED"
    EXPIRED = "EXPIRED"


#: The reason for the buyer when the cancellation fails, and for overruling the request.
REASONS = {
    RevocationNews.REDEEMED: "The coupon code has been redeemed; it can no longer be cancelled.",
    RevocationNews.EXPIRED: "The coupon code could not be taken back before the deadline.",
}


def tell_customer(tenant: Tenant, revocation_id: UUID, news: RevocationNews) -> None:
    """Notify the buyer why the sale remains; not if the platform took the sale back.

    Whoever requested the cancellation is notified by the answer to that request.
    """
    case = _read(tenant, revocation_id)
    if news not in REASONS or case.revocation.cause is RevocationCause.PLATFORM:
        return
    with tenant.reading() as work:
        request = work.requests.latest_of(case.revocation.asset_id)
    if request is not None and request.is_overruled_since(case.revocation.created_at):
        return
    email: emails.SaleEmail = emails.CancellationRefused(sale=case.summary, reason=REASONS[news])
    if news is RevocationNews.EXPIRED and case.deadline:
        email = emails.CancellationExpired(sale=case.summary, deadline=case.deadline)
    send(tenant.ports, case.sale, email, key=f"revocation-{revocation_id}-{news}-customer")


def tell_staff(tenant: Tenant, revocation_id: UUID, news: RevocationNews) -> None:
    """Ask staff to revoke, remind them, or report that the deadline closed it.

    The code is not in the message: it is money, and mail is read by many.
    """
    case = _read(tenant, revocation_id)
    revocation = case.revocation
    over = news in (RevocationNews.AWAITED, RevocationNews.REMINDER) and not revocation.is_awaiting
    if news is RevocationNews.REDEEMED or over:
        return
    credited = revocation.cause is RevocationCause.CANCELLATION
    email: emails.SaleEmail = emails.RevocationToDo(
        sale=case.summary,
        steps=PORTAL_STEPS,
        deadline=case.deadline,
        amount=case.sale.asset.total if credited else None,
        review_url=review_url(tenant.ports, "/stock"),
        reminder=news is RevocationNews.REMINDER or revocation.reminded_at is not None,
    )
    if news is RevocationNews.EXPIRED and case.deadline:
        email = emails.CancellationExpired(sale=case.summary, deadline=case.deadline)
    send_to_staff(tenant.ports, case.sale, email, key=f"revocation-{revocation_id}-{news}-staff")


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A revocation, and the values for e-mails about it."""

    revocation: Revocation
    sale: Sale
    summary: emails.SaleSummary
    deadline: datetime | None


def _read(tenant: Tenant, revocation_id: UUID) -> _Case:
    with tenant.reading() as work:
        revocation = work.revocations.get(revocation_id)
        sale = work.sales.get(revocation.asset_id)
        summary = summary_of(tenant.ports, work, sale)
    deadline = revocation.deadline.astimezone(sale.asset.zone) if revocation.deadline else None
    return _Case(revocation=revocation, sale=sale, summary=summary, deadline=deadline)
