"""Counts mail that somebody without staff rights has sent, before it is sent."""

from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.mail_limits import WINDOW, MailLimit
from bittitan_plugin.store.unit_of_work import UnitOfWork


def count_mail(
    work: UnitOfWork, limit: MailLimit, about: UUID, actor: Actor, now: datetime
) -> list[UUID]:
    """Count one more mail about that; of several at once no more get through than may.

    It counts if the caller's transaction commits, which it does before the mail is handed over.
    Nothing is counted of staff. Returns what is to be taken back should it certainly not have been
    sent. Raises ``Refusal`` LIMIT_REACHED.
    """
    if actor.kind is ActorKind.STAFF:
        return []
    subject = f"{limit.name}:{about}"
    work.take_turns(f"mails:{subject}")
    work.sent_mails.forget(subject, before=now - WINDOW)
    limit.check(work.sent_mails.of(subject), now)
    return [work.sent_mails.add(subject, now)]
