"""The shop's users: customers and staff."""

from collections.abc import Collection
from secrets import compare_digest, token_urlsafe
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.audit_entries import differences
from bittitan_plugin.domain.billing import LAST_BILLING_DAY
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.texts import check_line, check_typed, is_line
from bittitan_plugin.platforms.shop.audit import record, subject_of
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import check_email
from bittitan_plugin.platforms.shop.paging import Listing
from bittitan_plugin.platforms.shop.passwords import LONGEST, SHORTEST, hash_password, matches
from bittitan_plugin.platforms.shop.sign_in_attempts import SignInAttempts
from bittitan_plugin.platforms.shop.tables import UserRow


class Customers:
    """Keeps users. Changes raise ``Refusal`` on the input at fault."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._attempts = SignInAttempts(database)

    def create(  # noqa: PLR0913 - what a user consists of, each by its name
        self,
        *,
        email: str,
        name: str = "",
        company: str = "",
        password: str | None = None,
        billing_day: int | None = None,
        staff_permissions: Collection[Permission] | None = None,
        by: Actor | None = None,
    ) -> UserRow:
        """A new customer, or member of staff when permissions are given.

        ``by`` is who makes it, for the audit; None for a user who came by itself.
        """
        row = UserRow(
            id=uuid4(),
            email=check_email(email),
            name=check_line(name, "name", required=False),
            company=check_line(company, "company", required=False),
            password=None if password is None else hash_password(_check_password(password)),
            billing_day=None if billing_day is None else _check_day(billing_day),
            is_staff=staff_permissions is not None,
            permissions=sorted(staff_permissions or ()),
            created_at=self._database.clock(),
            session_key=token_urlsafe(16),
        )
        try:
            with self._database.writing() as session:
                session.add(row)
                session.flush()
                if by is not None:
                    values = {"email": row.email, "permissions": ", ".join(row.permissions)}
                    made = differences({}, values)
                    record(session, by, row.created_at, subject_of(row), made)
        except IntegrityError:
            raise Refusal(
                ErrorCode.UNIQUE, f"There is a user {row.email} already.", field="email"
            ) from None
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
        return self._renew(user.id, password=hash_password(_check_password(new)))

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
        return self._renew(row.id, password=hash_password(_check_password(password)))

    def sign_out_everywhere(self, user_id: UUID) -> None:
        """End every session and every token of that user."""
        self._renew(user_id)

    def _renew(self, user_id: UUID, **values: str) -> UserRow:
        change = update(UserRow).where(UserRow.id == user_id)
        with self._database.writing() as session:
            session.execute(change.values(session_key=token_urlsafe(16), **values))
            return session.get_one(UserRow, user_id, populate_existing=True)

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

    def listing(self) -> Listing[UserRow]:
        """The customers by e-mail address."""
        return Listing(query=select(UserRow).where(~UserRow.is_staff), key=UserRow.email)


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


def _check_password(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal(
            ErrorCode.INVALID,
            f"A password has {SHORTEST} to {LONGEST} characters.",
            field="password",
        )
    return check_typed(password, "password")


def _check_day(day: int) -> int:
    if not 1 <= day <= LAST_BILLING_DAY:
        raise Refusal(
            ErrorCode.INVALID,
            f"A billing day is between 1 and {LAST_BILLING_DAY}.",
            field="billingDay",
        )
    return day
