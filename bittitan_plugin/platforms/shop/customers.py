"""The shop's users: customers and staff."""

from collections.abc import Collection, Sequence
from datetime import datetime
from secrets import compare_digest, token_urlsafe
from typing import Unpack
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.audit_entries import differences
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.domain.texts import is_line
from bittitan_plugin.platforms.shop.audit import record, subject_of
from bittitan_plugin.platforms.shop.customer_details import (
    CustomerDetails,
    DetailsGiven,
    check_password,
)
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.paging import Listing
from bittitan_plugin.platforms.shop.passwords import hash_password, matches
from bittitan_plugin.platforms.shop.sign_in_attempts import SignInAttempts
from bittitan_plugin.platforms.shop.tables import OneTimeLinkRow, UserRow
from bittitan_plugin.store.queries.search import contains

#: How many customers a search offers. Our choice.
MOST_FOUND = 20


class Customers:
    """Keeps users. Changes raise ``Refusal`` on the input at fault."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._attempts = SignInAttempts(database)

    def create(
        self,
        *,
        password: str | None = None,
        staff_permissions: Collection[Permission] | None = None,
        by: Actor | None = None,
        **details: Unpack[DetailsGiven],
    ) -> UserRow:
        """A new customer, or member of staff when permissions are given.

        ``by`` is who makes it, for the audit; None for a user who came by itself. Raises
        ``Refusal`` on the input at fault, ``Refusals`` on all of them.
        """
        faults = Faults()
        checked = CustomerDetails(**details).checked(faults)
        secret = _hash(password, faults)
        try:
            with self._database.writing() as session:
                faults.of(lambda: _check_free(session, checked.email), None)
                faults.check()
                row = UserRow(
                    id=uuid4(),
                    **checked.columns,
                    password=secret,
                    is_staff=staff_permissions is not None,
                    permissions=sorted(staff_permissions or ()),
                    created_at=self._database.clock(),
                    session_key=token_urlsafe(16),
                )
                session.add(row)
                session.flush()
                if by is not None:
                    values = {**checked.columns, "permissions": ", ".join(row.permissions)}
                    record(session, by, row.created_at, subject_of(row), differences({}, values))
        except IntegrityError:
            raise _taken(checked.email) from None
        return row

    def get(self, user_id: UUID) -> UserRow:
        """The customer with that key. Raises ``Refusal`` NOT_FOUND on ``id``, also for staff."""
        with self._database.reading() as session:
            return _customer(session, user_id)

    def edit(
        self, user_id: UUID, details: CustomerDetails, *, by: Actor, password: str | None = None
    ) -> UserRow:
        """Replace a customer's details; with a password its sessions and tokens end.

        They end too where the address changes: whoever reads the old mailbox is somebody else.
        Raises ``Refusal`` on the input at fault, ``Refusals`` on all of them, NOT_FOUND on ``id``.
        """
        faults = Faults()
        checked = details.checked(faults)
        secret = _hash(password, faults)
        try:
            with self._database.writing() as session:
                row = _customer(session, user_id, for_update=True)
                faults.of(lambda: _check_free(session, checked.email, row.id), None)
                faults.check()
                changes = differences(CustomerDetails.of(row).columns, checked.columns)
                if secret is not None:
                    changes.append(Change(field="password", before=None, after="set"))
                    row.password = secret
                if secret is not None or row.email != checked.email:
                    row.session_key = token_urlsafe(16)
                    end_links(session, row.id)
                for name, value in checked.columns.items():
                    setattr(row, name, value)
                session.flush()
                record(session, by, self._database.clock(), subject_of(row), changes)
        except IntegrityError:
            raise _taken(checked.email) from None
        return row

    def disable(self, user_id: UUID, *, by: Actor) -> UserRow:
        """Lock a customer out: sessions and tokens end at once. Repeating it changes nothing.

        What it ordered goes on. Raises ``Refusal`` NOT_FOUND on ``id``.
        """
        with self._database.writing() as session:
            row = _customer(session, user_id, for_update=True)
            lock_out(session, row, by, self._database.clock())
        return row

    def enable(self, user_id: UUID, *, by: Actor) -> UserRow:
        """Let a customer sign in again. Repeating it changes nothing. Raises NOT_FOUND."""
        with self._database.writing() as session:
            row = _customer(session, user_id, for_update=True)
            let_in(session, row, by, self._database.clock())
        return row

    def sign_in(
        self, email: str, password: str, address: str, device: str | None = None
    ) -> UserRow | None:
        """The user, or None, which does not show whether e-mail or password is wrong.

        ``address`` is the network address of the request, ``device`` the name of a browser that
        the account has signed in on before. Raises ``SignInDelayed`` after too
        many wrong passwords from there.
        """
        self._attempts.begin(email, address, device)
        row = self.by_email(email)
        if not matches(password, row.password if row else None) or (row and row.disabled_at):
            return None
        self._attempts.succeeded(email, address, device)
        return row

    def change_password(self, user: UserRow, old: str, new: str, address: str) -> UserRow:
        """Give the user another password; all sessions and tokens end.

        Raises ``Refusal`` on ``oldPassword`` or ``password``, and ``SignInDelayed`` as
        ``sign_in`` does: whoever stole a session must not guess either.
        """
        if self.sign_in(user.email, old, address) is None:
            raise Refusal(
                ErrorCode.INVALID, "That is not the password until now.", field="oldPassword"
            )
        return self._renew(user.id, password=hash_password(check_password(new)))

    def welcome(self, email: str, company: str, password: str) -> UserRow:
        """Whoever proved to read that address signs in with this password from now on.

        Somebody may have taken the address before without proving it, so all sessions and tokens
        end. Makes a new customer where there is none. Raises ``Refusal`` on ``password``, and for
        an address of staff, because e-mail must not give access to their account.
        """
        row = self.by_email(email)
        if row is None:
            return self.create(email=email, company=company, password=password)
        if row.is_staff:
            raise Refusal(
                ErrorCode.INVALID,
                f"{row.email} is the address of a member of staff, who sees no licences as one. "
                "Ask whoever sold you the licences to name another address.",
            )
        if row.disabled_at is not None:
            raise Refusal(
                ErrorCode.INVALID, "This account is locked. Ask whoever sold you the licences."
            )
        return self._renew(row.id, password=hash_password(check_password(password)))

    def sign_out_everywhere(self, user_id: UUID) -> None:
        """End every session, every token and every one-time link of that user."""
        self._renew(user_id)

    def _renew(self, user_id: UUID, **values: str) -> UserRow:
        with self._database.writing() as session:
            return renew(session, user_id, self._database.clock(), **values)

    def by_email(self, email: str) -> UserRow | None:
        """The user with that address, in any case."""
        if not is_line(email):
            return None
        with self._database.reading() as session:
            return session.scalar(select(UserRow).where(UserRow.email == normalized(email)))

    def find(self, user_ids: Collection[UUID]) -> dict[UUID, UserRow]:
        """Users by key, in one statement."""
        with self._database.reading() as session:
            query = select(UserRow).where(UserRow.id.in_(user_ids))
            return {row.id: row for row in session.scalars(query)}

    def first_staff(self) -> UserRow | None:
        """The member of staff that was added first, of those who may sign in."""
        with self._database.reading() as session:
            query = select(UserRow).where(UserRow.is_staff, UserRow.disabled_at.is_(None))
            return session.scalar(query.order_by(UserRow.created_at, UserRow.id).limit(1))

    def search(self, words: str) -> Sequence[UserRow]:
        """Customers with these words in address or company, by address, as many as fit a list."""
        query = select(UserRow).where(
            ~UserRow.is_staff, contains(words, UserRow.email, UserRow.company)
        )
        with self._database.reading() as session:
            return session.scalars(query.order_by(UserRow.email).limit(MOST_FOUND)).all()

    def listing(self) -> Listing[UserRow]:
        """The customers by e-mail address."""
        return Listing(query=select(UserRow).where(~UserRow.is_staff), key=UserRow.email)


def renew(session: Session, user_id: UUID, now: datetime, **values: str) -> UserRow:
    """End every session, token and one-time link of a user, and give it what is in ``values``.

    Another password is noted in the audit, without its value.
    """
    change = update(UserRow).where(UserRow.id == user_id)
    session.execute(change.values(session_key=token_urlsafe(16), **values))
    end_links(session, user_id)
    row = session.get_one(UserRow, user_id, populate_existing=True)
    if "password" in values:
        chosen = Change(field="password", before=None, after="set")
        record(session, viewer_of(row).actor, now, subject_of(row), [chosen])
    return row


def end_links(session: Session, user_id: UUID) -> None:
    """End the user's one-time link, if there is one that was not used."""
    unused = OneTimeLinkRow.used_at.is_(None)
    session.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.user_id == user_id, unused))


def is_session_of(row: UserRow, session_key: str) -> bool:
    """Whether a session or token with that key began since the user last ended them all.

    Somebody who is locked out has none.
    """
    return row.disabled_at is None and compare_digest(
        (row.session_key or "").encode(), session_key.encode()
    )


def viewer_of(row: UserRow | None) -> Viewer:
    """The user as the plugin's viewer; anonymous when the user is gone."""
    if row is None:
        return ANONYMOUS
    return Viewer(
        customer_id=None if row.is_staff else global_id(Kind.USER, row.id),
        email=row.email,
        is_staff=row.is_staff,
        permissions=frozenset(Permission(name) for name in row.permissions),
    )


def lock_out(session: Session, row: UserRow, by: Actor, at: datetime) -> None:
    """Lock a user out, on the record; nothing where it is locked out already."""
    if row.disabled_at is None:
        row.disabled_at, row.session_key = at, token_urlsafe(16)
        end_links(session, row.id)
        record(session, by, at, subject_of(row), differences({}, {"disabled": "yes"}))


def let_in(session: Session, row: UserRow, by: Actor, at: datetime) -> None:
    """Let a user in again, on the record; nothing where it is not locked out."""
    if row.disabled_at is not None:
        row.disabled_at = None
        record(session, by, at, subject_of(row), differences({"disabled": "yes"}, {"disabled": ""}))


def _customer(session: Session, user_id: UUID, *, for_update: bool = False) -> UserRow:
    query = select(UserRow).where(UserRow.id == user_id, ~UserRow.is_staff)
    row = session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such customer.", field="id")
    return row


def _check_free(session: Session, email: str, user_id: UUID | None = None) -> None:
    other = session.scalar(select(UserRow.id).where(UserRow.email == email))
    if other not in (None, user_id):
        raise _taken(email)


def _taken(email: str) -> Refusal:
    return Refusal(ErrorCode.UNIQUE, f"There is a user {email} already.", field="email")


def _hash(password: str | None, faults: Faults) -> str | None:
    if password is None:
        return None
    # What is refused is not hashed: that takes its time on purpose.
    sound = faults.of(lambda: check_password(password), "")
    return hash_password(sound) if sound and not faults.found else None
