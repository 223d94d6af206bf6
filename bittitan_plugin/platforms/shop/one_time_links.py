"""Makes and follows the links with which people choose a password (``domain/one_time_links.py``).

What makes a link returns its token once; the database holds its digest only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind, Change
from bittitan_plugin.domain.one_time_links import (
    LinkPurpose,
    OneTimeLink,
    digest,
    new_token,
    unknown_link,
)
from bittitan_plugin.platforms.shop.audit import record, subject_of
from bittitan_plugin.platforms.shop.customer_details import check_password
from bittitan_plugin.platforms.shop.customers import renew
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.passwords import hash_password
from bittitan_plugin.platforms.shop.staff import Staff
from bittitan_plugin.platforms.shop.tables import OneTimeLinkRow, UserRow
from bittitan_plugin.store.locks import take_turns

#: Who makes the first administrator, as the audit names it.
FIRST_RUN = Actor(ActorKind.SYSTEM, "first run")


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A link that was just made, for ``user``; nobody can read its token again."""

    user: UserRow
    token: str
    purpose: LinkPurpose
    expires_at: datetime


class OneTimeLinks:
    """Keeps at most one link of each person. Changes raise ``Refusal``."""

    def __init__(self, database: ShopDatabase, staff: Staff) -> None:
        self._database = database
        self._staff = staff

    def make(self, user_id: UUID, *, by: Actor) -> NewLink:
        """A link for somebody else, in the place of the one before: staff's invitation.

        Raises ``Refusal`` NOT_FOUND, or INVALID for somebody who is locked out.
        """
        with self._database.writing() as session:
            row = session.get(UserRow, user_id, with_for_update=True)
            if row is None:
                raise Refusal(ErrorCode.NOT_FOUND, "There is no such user.", field="id")
            if row.disabled_at is not None:
                raise Refusal(
                    ErrorCode.INVALID, f"{row.email} is locked out: let it in first.", field="id"
                )
            # Whoever has a password is sent a link of a shorter life.
            purpose = LinkPurpose.PASSWORD if row.password else LinkPurpose.INVITATION
            made = self._make(session, row, purpose)
            sent = Change(field="passwordLink", before=None, after=row.email)
            record(session, by, self._database.clock(), subject_of(row), [sent])
        return made

    def make_for_oneself(self, email: str) -> NewLink | None:
        """A link for whoever forgot the password.

        None where nobody has that address or may sign in, and shortly after another link.
        """
        now = self._database.clock()
        with self._database.writing() as session:
            query = select(UserRow).where(UserRow.email == email, UserRow.disabled_at.is_(None))
            row = session.scalar(query.with_for_update())
            if row is None or any(each.is_recent(now) for each in _links_of(session, row.id)):
                return None
            return self._make(session, row, LinkPurpose.PASSWORD)

    def make_first_run(self) -> str | None:
        """The token of a link that makes the first administrator; None where there is staff."""
        with self._database.writing() as session:
            take_turns(session, _FIRST_RUN_TURNS)
            if _has_staff(session):
                return None
            session.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.user_id.is_(None)))
            return self._keep(session, LinkPurpose.FIRST_RUN, None, "")[0]

    def look(self, token: str) -> tuple[OneTimeLink, UserRow]:
        """The link of that token, which can be followed now, and the person it is for.

        Raises ``Refusal``: NOT_FOUND for one that is not ours or was replaced, INVALID for one
        that was used or is too old.
        """
        with self._database.reading() as session:
            link, user = _found(session, token)
        link.check(user.email, self._database.clock())
        return link, user

    def choose_password(self, token: str, password: str) -> UserRow:
        """Use the link up and give the person this password; all its sessions and tokens end.

        Raises what ``look`` raises, and ``Refusal`` on ``password`` with the link kept.
        """
        hashed = hash_password(check_password(password))
        now = self._database.clock()
        with self._following(token) as session:
            link, user = _found(session, token)
            _use_up(session, token, link.used(user.email, now))
            return renew(session, user.id, now, password=hashed)

    def look_first_run(self, token: str) -> None:
        """Raise ``Refusal`` unless that link can make the first administrator now."""
        with self._database.reading() as session:
            _first_run(session, token).check("", self._database.clock())

    def begin(self, token: str, email: str, name: str, password: str) -> UserRow:
        """Use the link of the first run up and make the first administrator.

        Raises what ``look_first_run`` raises, and ``Refusal`` on ``email``, ``name`` or
        ``password`` with the link kept.
        """
        check_password(password)
        with self._following(token) as session:
            # First, so that of two at once only one makes an administrator.
            link = _first_run(session, token)
            _use_up(session, token, link.used("", self._database.clock()))
        try:
            return self._staff.create(
                email, by=FIRST_RUN, permissions=list(Permission), name=name, password=password
            )
        except Refusal:
            with self._following(token) as session:
                _use_up(session, token, link)
            raise

    @contextmanager
    def _following(self, token: str) -> Iterator[Session]:
        with self._database.writing() as session:
            take_turns(session, f"one-time-link:{digest(token)}")
            yield session

    def _make(self, session: Session, row: UserRow, purpose: LinkPurpose) -> NewLink:
        session.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.user_id == row.id))
        token, expires_at = self._keep(session, purpose, row.id, row.email)
        return NewLink(user=row, token=token, purpose=purpose, expires_at=expires_at)

    def _keep(
        self, session: Session, purpose: LinkPurpose, user_id: UUID | None, email: str
    ) -> tuple[str, datetime]:
        token, link = new_token(), OneTimeLink.new(purpose, email, self._database.clock())
        session.add(
            OneTimeLinkRow(
                digest=digest(token),
                purpose=purpose,
                user_id=user_id,
                email=email,
                created_at=link.made_at,
                expires_at=link.expires_at,
            )
        )
        return token, link.expires_at


_FIRST_RUN_TURNS = "first-run"


def _links_of(session: Session, user_id: UUID) -> list[OneTimeLink]:
    query = select(OneTimeLinkRow).where(OneTimeLinkRow.user_id == user_id)
    return [_link(row) for row in session.scalars(query)]


def _found(session: Session, token: str) -> tuple[OneTimeLink, UserRow]:
    row = session.get(OneTimeLinkRow, digest(token))
    user = session.get(UserRow, row.user_id) if row and row.user_id else None
    if row is None or user is None:
        raise unknown_link()
    if user.disabled_at is not None:
        raise Refusal(ErrorCode.INVALID, "This account is locked. Ask whoever runs this site.")
    return _link(row), user


def _first_run(session: Session, token: str) -> OneTimeLink:
    row = session.get(OneTimeLinkRow, digest(token))
    if row is None or row.purpose != LinkPurpose.FIRST_RUN:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            "This link is not complete, or the server printed a newer one since.",
        )
    if _has_staff(session):
        raise Refusal(ErrorCode.INVALID, "This instance has staff already: sign in as one of them.")
    return _link(row)


def _has_staff(session: Session) -> bool:
    return session.scalar(select(UserRow.id).where(UserRow.is_staff).limit(1)) is not None


def _use_up(session: Session, token: str, link: OneTimeLink) -> None:
    row = session.get_one(OneTimeLinkRow, digest(token), populate_existing=True)
    row.used_at = link.used_at
    session.flush()


def _link(row: OneTimeLinkRow) -> OneTimeLink:
    return OneTimeLink(
        purpose=LinkPurpose(row.purpose),
        email=row.email,
        made_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
