"""The shop's staff: who works for the distributor, what they may do, and who may sign in.

Somebody must always be able to give permissions, so the last member of staff with MANAGE_USERS
keeps it unless the caller insists, as an operator at the command line may.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.audit_entries import differences
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.texts import is_line, quoted
from bittitan_plugin.platforms.shop.audit import record, subject_of
from bittitan_plugin.platforms.shop.customers import Customers, let_in, lock_out
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.tables import UserRow


class Staff:
    """Keeps the users who work for the distributor. Changes raise ``Refusal`` on the input."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._users = Customers(database)

    def create(
        self,
        email: str,
        *,
        by: Actor,
        permissions: Collection[Permission],
        name: str = "",
        password: str | None = None,
        giving: Collection[Permission] = tuple(Permission),
    ) -> UserRow:
        """A new member of staff; without a password it cannot sign in until it chooses one.

        ``giving`` is what whoever makes it may give: people give no permission that they lack.
        Raises ``Refusal``: UNIQUE on ``email``, INVALID on ``email``, ``name``, ``password`` or
        ``permissions``; ``Refusals`` on several of them.
        """
        _check_given((), permissions, giving)
        return self._users.create(
            email=email, name=name, password=password, staff_permissions=permissions, by=by
        )

    def everybody(self) -> list[UserRow]:
        """All members of staff, the disabled ones too, by address."""
        query = select(UserRow).where(UserRow.is_staff).order_by(UserRow.email)
        with self._database.reading() as session:
            return list(session.scalars(query))

    def set_permissions(
        self,
        user_id: UUID,
        permissions: Collection[Permission],
        *,
        by: Actor,
        giving: Collection[Permission] = tuple(Permission),
        force: bool = False,
    ) -> UserRow:
        """Replace what the person may do, from the next request on.

        ``giving`` is what whoever changes it may give and take. Raises ``Refusal``: NOT_FOUND, or
        INVALID on ``permissions`` for one outside ``giving``, and for the last who may manage
        users, unless ``force``.
        """
        with self._database.writing() as session:
            row = _locked(session, user_id)
            _check_given(row.permissions, permissions, giving)
            if Permission.MANAGE_USERS not in permissions and not force:
                _check_not_the_last(session, row, "permissions")
            before, row.permissions = _shown(row), sorted(permissions)
            changes = differences(before, _shown(row))
            record(session, by, self._database.clock(), subject_of(row), changes)
        return row

    def disable(self, user_id: UUID, *, by: Actor, force: bool = False) -> UserRow:
        """Lock the person out: sessions and tokens end at once. Repeating it changes nothing.

        Raises ``Refusal`` NOT_FOUND, or INVALID on ``id`` for the last who may manage users,
        unless ``force``.
        """
        with self._database.writing() as session:
            row = _locked(session, user_id)
            if row.disabled_at is None and not force:
                _check_not_the_last(session, row, "id")
            lock_out(session, row, by, self._database.clock())
        return row

    def enable(self, user_id: UUID, *, by: Actor) -> UserRow:
        """Let the person sign in again. Repeating it changes nothing. Raises NOT_FOUND."""
        with self._database.writing() as session:
            row = _locked(session, user_id)
            let_in(session, row, by, self._database.clock())
        return row

    def get(self, user_id: UUID) -> UserRow:
        """The member of staff with that key. Raises ``Refusal`` NOT_FOUND on ``id``."""
        with self._database.reading() as session:
            row = session.get(UserRow, user_id)
        if row is None or not row.is_staff:
            raise _nobody()
        return row

    def find(self, email: str) -> UserRow:
        """The member of staff with that address. Raises ``Refusal`` NOT_FOUND on ``email``."""
        with self._database.reading() as session:
            query = select(UserRow).where(UserRow.is_staff, UserRow.email == normalized(email))
            row = session.scalar(query) if is_line(email) else None
        if row is None:
            raise Refusal(
                ErrorCode.NOT_FOUND, f"{quoted(email)} is no member of staff.", field="email"
            )
        return row


def _locked(session: Session, user_id: UUID) -> UserRow:
    """The person; others who change staff wait, so that two cannot take the last one away."""
    query = select(UserRow).where(UserRow.is_staff).order_by(UserRow.id).with_for_update()
    row = next((each for each in session.scalars(query) if each.id == user_id), None)
    if row is None:
        raise _nobody()
    return row


def _nobody() -> Refusal:
    return Refusal(ErrorCode.NOT_FOUND, "There is no such member of staff.", field="id")


def _check_not_the_last(session: Session, row: UserRow, field: str) -> None:
    query = select(UserRow).where(
        UserRow.is_staff, UserRow.disabled_at.is_(None), UserRow.id != row.id
    )
    if not any(Permission.MANAGE_USERS in each.permissions for each in session.scalars(query)):
        raise Refusal(
            ErrorCode.INVALID,
            f"{row.email} is the last who may manage users: give somebody else "
            f"{Permission.MANAGE_USERS} first.",
            field=field,
        )


def _check_given(
    before: Collection[str], after: Collection[str], giving: Collection[Permission]
) -> None:
    beyond = sorted((set(before) ^ set(after)) - set(giving))
    if beyond:
        raise Refusal(
            ErrorCode.INVALID,
            f"You do not have {', '.join(beyond)} yourself, so you can neither give nor take it.",
            field="permissions",
        )


def _shown(row: UserRow) -> dict[str, str]:
    return {"permissions": ", ".join(row.permissions)}
