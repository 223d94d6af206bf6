"""Invites end customers, and gives whoever follows the link access to what was bought for them.

The link contains the invitation's sealed id: nothing in the database opens it, and only the mailbox
it was sent to has it. It works once, within a few days, and not after a newer one is sent.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.emails import InvitationLink
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.invitations import LIFETIME, Invitation, check_invitable
from bittitan_plugin.domain.mail_limits import INVITATIONS, INVITATIONS_OF_RESELLER
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.mail_limits import count_mail
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The prefix of the sealed id, so that no other sealed text works as a link.
_PURPOSE = "invitation:"


def invite(tenant: Tenant, account_id: UUID, address: str, actor: Actor) -> Invitation:
    """Send the end customer a link that begins with ``address`` and proves its own address.

    An older link stops working. Raises ``Refusal`` when the plugin is off, the account is no end
    customer, or the last one was sent a moment ago, LIMIT_REACHED when somebody who is not staff
    invited too often; and what ``Mailer.send`` raises.
    """
    with tenant.writing() as work:
        installation = work.installations.by_id(tenant.id)
        installation.check_active()
        account = work.accounts.get(account_id, for_update=True)
        check_invitable(account)
        now = tenant.ports.clock()
        before = work.invitations.of_accounts([account.id]).get(account.id)
        if before is not None:
            before.check_pause(now)
        invitation = Invitation(
            id=uuid4(), account_id=account.id, email=account.email, expires_at=now + LIFETIME
        )
        # Before the mail is handed over, so that several at once send only one.
        work.invitations.keep(invitation.sent(now))
        counted = count_mail(work, INVITATIONS, account.id, actor, now)
        if account.reseller_id:
            counted += count_mail(work, INVITATIONS_OF_RESELLER, account.reseller_id, actor, now)
        reseller = work.accounts.get(account.reseller_id) if account.reseller_id else None
        _record(work, account, actor, now)
    try:
        tenant.ports.mailer.send(
            _mail(tenant.ports, installation, account, reseller, invitation, address)
        )
    except (Rejected, Unavailable):
        # It was certainly not sent, so it can be sent again at once.
        _keep(tenant, invitation.id, lambda current: replace(current, sent_at=None))
        with tenant.writing() as work:
            work.sent_mails.take_back(counted)
        raise
    return invitation


def _record(work: UnitOfWork, account: Account, actor: Actor, now: datetime) -> None:
    subject = Subject(kind=SubjectKind.ACCOUNT, id=str(account.id), name=account.email)
    work.audit.record(
        actor, now, subject, [Change(field="invitation", before=None, after=account.email)]
    )


def _mail(
    ports: Ports,
    installation: Installation,
    account: Account,
    reseller: Account | None,
    invitation: Invitation,
    address: str,
) -> Notification:
    return Notification(
        email=InvitationLink(
            invited=account.company or account.email,
            # Only its name: an end customer does not see its reseller's address.
            invited_by=reseller.company_name if reseller else None,
            link=address + ports.cipher.seal(f"{_PURPOSE}{invitation.id}"),
            link_expires_at=invitation.expires_at.astimezone(installation.configuration.zone),
        ),
        to=account.email,
        sender=installation.configuration.sender_email,
        branding=installation.branding,
        key=f"invitation-{invitation.id}",
    )


def find(tenant: Tenant, token: str) -> tuple[Invitation, Account]:
    """The invitation behind a link that can be followed now, and the end customer it is for.

    Raises ``Refusal`` NOT_FOUND for a link that is not ours or has been replaced, and INVALID for
    one that was used, is too old, or is for an end customer with another address by now.
    """
    with tenant.reading() as work:
        invitation, account = _behind(tenant.ports, work, token)
    invitation.check(account, tenant.ports.clock())
    return invitation, account


def take(tenant: Tenant, token: str) -> tuple[Invitation, Account]:
    """Use the link up before the user is signed in: of several at once only one continues.

    Raises what ``find`` raises. If nobody is signed in after all, ``give_back`` restores it.
    """
    with tenant.writing() as work:
        work.take_turns(_subject(_opened(tenant.ports, token)))
        invitation, account = _behind(tenant.ports, work, token)
        work.invitations.keep(invitation.used(account, tenant.ports.clock()))
    return invitation, account


def give_back(tenant: Tenant, invitation: Invitation) -> None:
    """Make the link work again; does nothing if a newer one has replaced it."""
    _keep(tenant, invitation.id, lambda current: replace(current, used_at=None))


def accept(tenant: Tenant, invitation: Invitation, customer_id: str) -> None:
    """The customer followed the link to the end, so the address is proved from here on."""
    with tenant.writing() as work:
        work.accounts.prove(customer_id, invitation.email, tenant.ports.clock())


def _keep(tenant: Tenant, invitation_id: UUID, change: Callable[[Invitation], Invitation]) -> None:
    with tenant.writing() as work:
        work.take_turns(_subject(invitation_id))
        current = work.invitations.get(invitation_id)
        if current is not None:
            work.invitations.keep(change(current))


def _behind(ports: Ports, work: UnitOfWork, token: str) -> tuple[Invitation, Account]:
    invitation_id = _opened(ports, token)
    invitation = work.invitations.get(invitation_id) if invitation_id else None
    if invitation is None:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            "This link is not complete, or a newer one was sent since. Open the link of the newest "
            "e-mail, all of it, or ask whoever sold you the licences for another one.",
        )
    return invitation, work.accounts.get(invitation.account_id)


def _subject(invitation_id: UUID | None) -> str:
    return f"invitation:{invitation_id}"


def _opened(ports: Ports, token: str) -> UUID | None:
    try:
        text = ports.cipher.open(Sealed(token))
    except (UnreadableSecret, UnicodeError):
        return None
    return UUID(text.removeprefix(_PURPOSE)) if text.startswith(_PURPOSE) else None
