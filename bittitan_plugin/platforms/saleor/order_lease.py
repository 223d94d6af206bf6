"""A lease that lets one workflow at a time write to an order of Saleor.

Reading before writing keeps one workflow from writing twice, but the lines of an order are
workflows of their own and would all find that there is no invoice yet. So a workflow that writes
something for the whole order holds a row for it meanwhile; the row is in the database, because
the others may run in other processes.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.errors import PlatformUnavailable, Unavailable
from bittitan_plugin.domain.waits import left
from bittitan_plugin.platforms.saleor.tables import SaleorTurnRow
from bittitan_plugin.store.engine import writing_engine

#: How long a lease lasts if its process died before ending it: longer than its calls can take.
LONGEST = timedelta(minutes=5)
#: Seconds after which a workflow that found it taken tries again.
ASK_AGAIN_S = 1.0

#: Holds the lease of one order while entered. Raises ``Unavailable`` when it is taken.
OrderLease = Callable[[str], AbstractContextManager[None]]


class OrderLeases:
    """The leases at all Saleors."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def of(self, installation_id: UUID) -> OrderLease:
        """The leases at one Saleor."""

        @contextmanager
        def turn(order_id: str) -> Iterator[None]:
            until = self._take(installation_id, order_id)
            try:
                yield
            finally:
                self._end(installation_id, order_id, until)

        return turn

    def _take(self, installation_id: UUID, order_id: str) -> datetime:
        """Take the lease and return its end. If several find no row, the key admits one."""
        now = self._clock()
        until = now + LONGEST
        key = {"installation_id": installation_id, "order_id": order_id}
        try:
            with Session(writing_engine(self._engine)) as session, session.begin():
                row = session.get(SaleorTurnRow, key, with_for_update=True)
                if row is None:
                    session.add(SaleorTurnRow(**key, until=until))
                elif left(row.until, now, LONGEST):
                    raise _taken(order_id)
                else:
                    row.until = until
        except IntegrityError as error:
            raise _taken(order_id) from error
        return until

    def _end(self, installation_id: UUID, order_id: str, until: datetime) -> None:
        """End the lease, unless it has expired and another workflow holds it now."""
        with Session(writing_engine(self._engine)) as session, session.begin():
            session.execute(
                delete(SaleorTurnRow).where(
                    SaleorTurnRow.installation_id == installation_id,
                    SaleorTurnRow.order_id == order_id,
                    SaleorTurnRow.until == until,
                )
            )


def alone(_order_id: str) -> AbstractContextManager[None]:
    """A lease for a caller that is known to be the only one."""
    return nullcontext()


def _taken(order_id: str) -> Unavailable:
    return PlatformUnavailable(
        f"Another line of order {order_id} is being written.", retry_after=ASK_AGAIN_S
    )
