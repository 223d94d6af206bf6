"""Counts mail that somebody without staff rights causes, before it is sent."""

from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.mail_limits import WINDOW, MailLimit
from bittitan_plugin.store.unit_of_work import UnitOfWork


def count_mail(
    work: UnitOfWork, limit: MailLimit, about: UUID, actor: Actor, now: datetime
) -> list[UUID]:
    """Count one more mail about that subject; several at once cannot exceed the limit.

    It counts if the caller's transaction commits, which must happen before the mail is handed
    over. Staff's mail is not counted. Returns the entry to take back if it certainly was not sent.
    Raises ``Refusal`` LIMIT_REACHED.
    """
    if actor.kind is ActorKind.STAFF:
        return []
    subject = f"{limit.name}:{about}"
    work.take_turns(f"mails:{subject}")
    work.sent_mails.forget(subject, before=now - WINDOW)
    limit.check(work.sent_mails.of(subject), now)
    return [work.sent_mails.add(subject, now)]
