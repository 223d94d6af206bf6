"""Counts wrong passwords by where they came from, for all processes together."""

import math
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.sign_in import (
    FORGOTTEN_AFTER,
    PER_ACCOUNT,
    PER_NETWORK,
    Failures,
    SignInDelayed,
    Throttle,
    account_mark,
)
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.tables import SignInFailureRow
from bittitan_plugin.store.engine import insert_into
from bittitan_plugin.store.locks import take_turns

#: Bits of an IPv6 network. Whoever has one address has its subnet, and often the whole site (RFC
#: 6177); but customers of a mobile operator share a site, so it is one source only per account.
_SUBNET, _SITE = 64, 48
#: The most old rows that one attempt deletes, so that nobody waits for many of them.
_SOME = 500


class SignInAttempts:
    """Counts an attempt as failed before comparing passwords, so that guesses cannot race."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def begin(self, email: str, address: str, device: str | None = None) -> None:
        """Count an attempt. Raises ``SignInDelayed``, and then counts nothing."""
        now = self._database.clock()
        with self._database.writing() as session:
            known = {
                subject: (_failures(session, subject).remembered(now), throttle)
                for subject, throttle in _subjects(email, address, device)
            }
            left = max(failures.left(throttle, now) for failures, throttle in known.values())
            if left:
                raise SignInDelayed(math.ceil(left.total_seconds()))
            for subject, (failures, _) in known.items():
                _keep(session, subject, failures.one_more(now))
            _forget(session, now - FORGOTTEN_AFTER)

    def succeeded(self, email: str, address: str, device: str | None = None) -> None:
        """The password was right: reset the account's count, and uncount this for the network."""
        (own, _), *shared = _subjects(email, address, device)
        networks = [subject for subject, _ in shared]
        with self._database.writing() as session:
            # In sequence with attempts that begin: they write the counts they have read.
            for subject in (own, *networks):
                take_turns(session, subject)
            session.execute(delete(SignInFailureRow).where(SignInFailureRow.subject == own))
            session.execute(
                update(SignInFailureRow)
                .where(SignInFailureRow.subject.in_(networks), SignInFailureRow.failures > 0)
                .values(failures=SignInFailureRow.failures - 1)
            )


def _subjects(email: str, address: str, device: str | None) -> list[tuple[str, Throttle]]:
    """The subjects to count under, with their limits; the account's own comes first.

    Typed text is hashed, because it may be anything, of any length. A device that is known for the
    account has a count of its own, which strangers do not affect.
    """
    if device is not None:
        return [(f"device:{device}", PER_ACCOUNT)]
    return [
        (f"account:{account_mark(email)}@{_network(address, _SITE)}", PER_ACCOUNT),
        (f"network:{_network(address, _SUBNET)}", PER_NETWORK),
    ]


def _network(address: str, bits: int) -> str:
    """The network of an address: itself for IPv4, for IPv6 the network of so many bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, bits), strict=False))


def _failures(session: Session, subject: str) -> Failures:
    take_turns(session, subject)
    row = session.get(SignInFailureRow, subject)
    return Failures(count=row.failures, last_at=row.last_at) if row else Failures()


def _keep(session: Session, subject: str, failures: Failures) -> None:
    values = {"failures": failures.count, "last_at": failures.last_at}
    # Not an update: another process may just have deleted the row as old.
    insert = insert_into(session.get_bind(), SignInFailureRow)
    statement = insert.values(subject=subject, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=values))


def _forget(session: Session, before: datetime) -> None:
    """Delete some old rows; later calls delete the rest, and rows that are locked now."""
    old = select(SignInFailureRow.subject).where(SignInFailureRow.last_at < before).limit(_SOME)
    found = session.scalars(old.with_for_update(skip_locked=True)).all()
    if found:
        session.execute(delete(SignInFailureRow).where(SignInFailureRow.subject.in_(found)))
