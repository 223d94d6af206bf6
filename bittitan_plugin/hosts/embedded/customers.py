"""Who buys and who runs the shop."""

from collections.abc import Collection
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.billing import LAST_BILLING_DAY
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.hosts.embedded.database import HostDatabase
from bittitan_plugin.hosts.embedded.ids import Kind, global_id
from bittitan_plugin.hosts.embedded.inputs import check_email, check_text, is_storable
from bittitan_plugin.hosts.embedded.paging import Listing
from bittitan_plugin.hosts.embedded.passwords import LONGEST, SHORTEST, hash_password, matches
from bittitan_plugin.hosts.embedded.tables import UserRow


class Customers:
    """Keeps users. Changes raise ``Refusal`` on the input at fault."""

    def __init__(self, database: HostDatabase) -> None:
        self._database = database

    def create(
        self,
        *,
        email: str,
        company: str = "",
        password: str | None = None,
        billing_day: int | None = None,
        staff_permissions: Collection[Permission] | None = None,
    ) -> UserRow:
        """A new customer, or member of staff when permissions are given."""
        row = UserRow(
            id=uuid4(),
            email=check_email(email),
            company=check_text(company, "company", required=False),
            password=None if password is None else hash_password(_check_password(password)),
            billing_day=None if billing_day is None else _check_day(billing_day),
            is_staff=staff_permissions is not None,
            permissions=sorted(staff_permissions or ()),
            created_at=self._database.clock(),
        )
        try:
            with self._database.writing() as session:
                session.add(row)
        except IntegrityError:
            raise Refusal(
                ErrorCode.UNIQUE, f"There is a user {row.email} already.", field="email"
            ) from None
        return row

    def sign_in(self, email: str, password: str) -> UserRow | None:
        """The user with that password, or None: no word on which of the two was wrong."""
        row = self.by_email(email)
        return row if matches(password, row.password if row else None) else None

    def by_email(self, email: str) -> UserRow | None:
        """The user with that address, in any case."""
        if not is_storable(email):
            return None
        with self._database.reading() as session:
            return session.scalar(select(UserRow).where(UserRow.email == email.strip().lower()))

    def find(self, user_ids: Collection[UUID]) -> dict[UUID, UserRow]:
        """Users by key, in one statement."""
        with self._database.reading() as session:
            query = select(UserRow).where(UserRow.id.in_(user_ids))
            return {row.id: row for row in session.scalars(query)}

    def first_staff(self) -> UserRow | None:
        """The member of staff that has been here longest."""
        with self._database.reading() as session:
            query = select(UserRow).where(UserRow.is_staff)
            return session.scalar(query.order_by(UserRow.created_at, UserRow.id).limit(1))

    def listing(self) -> Listing[UserRow]:
        """The customers by e-mail address."""
        return Listing(query=select(UserRow).where(~UserRow.is_staff), key=UserRow.email)


def viewer_of(row: UserRow | None) -> Viewer:
    """Who that is to the plugin; nobody when the user is gone."""
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
    return password


def _check_day(day: int) -> int:
    if not 1 <= day <= LAST_BILLING_DAY:
        raise Refusal(
            ErrorCode.INVALID,
            f"A billing day is between 1 and {LAST_BILLING_DAY}.",
            field="billingDay",
        )
    return day
