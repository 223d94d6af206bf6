"""Records what staff change in the shop, in the transaction that changes it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.store.repositories.audit import AuditRepository
from bittitan_plugin.store.repositories.installations import InstallationRepository


def subject_of(user: UserRow) -> Subject:
    """The user as the audit names it."""
    kind = SubjectKind.STAFF if user.is_staff else SubjectKind.CUSTOMER
    return Subject(kind=kind, id=str(user.id), name=user.email)


def record(
    session: Session, by: Actor, at: datetime, subject: Subject, changes: Iterable[Change]
) -> None:
    """Add these changes of one object to the audit that staff read in the back office.

    The first member of staff is made before the plugin was ever attached: then the installation is
    opened here.
    """
    installations = InstallationRepository(session)
    installation = installations.by_key(INSTALLATION) or installations.open(INSTALLATION, at)
    AuditRepository(session, installation.id).record(by, at, subject, changes)
