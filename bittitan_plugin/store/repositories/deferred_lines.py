"""Order lines whose workflow ended because the order was not due yet."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bittitan_plugin.store.tables import DeferredLineRow

# Asked of every order, so built once.
_TIMES = select(DeferredLineRow.order_line_id, DeferredLineRow.times).where(
    DeferredLineRow.installation_id == bindparam("mine"),
    DeferredLineRow.order_line_id.in_(bindparam("line_ids", expanding=True)),
)


class DeferredLineRepository:
    """Counts how often a line was put off, so that its next event gets a fresh workflow."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def times(self, order_line_ids: Collection[str]) -> dict[str, int]:
        """How often each of these lines was put off; lines never put off are absent."""
        which = {"mine": self._installation_id, "line_ids": list(order_line_ids)}
        return {row.order_line_id: row.times for row in self._session.execute(_TIMES, which)}

    def put_off(self, order_line_id: str, times: int) -> None:
        """The line's workflow number ``times`` ended without an asset. Repeating it is harmless."""
        key = (self._installation_id, order_line_id)
        row = self._session.get(DeferredLineRow, key, with_for_update=True)
        if row is None:
            row = DeferredLineRow(
                installation_id=self._installation_id, order_line_id=order_line_id, times=times
            )
            self._session.add(row)
        row.times = max(row.times, times)
        self._session.flush()
