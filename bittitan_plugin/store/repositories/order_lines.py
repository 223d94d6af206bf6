"""Order lines that are not sold yet: deferred until the order is due, or held for staff."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update

from bittitan_plugin.domain.held_lines import HeldBecause, HeldLine
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import DeferredLineRow, HeldLineRow


class HeldLineRepository(Repository):
    """Stores lines that seem to have been delivered before, and who released them."""

    def hold(self, line: HeldLine) -> bool:
        """Store the line. False when it was held before, even if released."""
        if self.find(line.order_line_id) is not None:
            return False
        self._session.add(
            HeldLineRow(
                installation_id=self._installation_id, **to_columns(line, without=("released_by",))
            )
        )
        self._session.flush()
        return True

    def find(self, order_line_id: str) -> HeldLine | None:
        """That line, if it was ever held."""
        row = self._session.get(HeldLineRow, (self._installation_id, order_line_id))
        return from_row(HeldLine, row) if row else None

    def counts(self) -> dict[HeldBecause, int]:
        """How many wait, by reason."""
        query = select(HeldLineRow.because, func.count()).where(self._waiting)
        return {
            HeldBecause(because): count
            for because, count in self._session.execute(query.group_by(HeldLineRow.because))
        }

    def waiting(self, limit: int, order: str | None = None) -> Sequence[HeldLine]:
        """The waiting lines, oldest first; ``order`` limits them to one, by its id or number."""
        query = select(HeldLineRow).where(self._waiting)
        if order is not None:
            query = query.where(
                or_(HeldLineRow.order_id == order, HeldLineRow.order_number == order)
            )
        oldest = (HeldLineRow.held_at, HeldLineRow.order_number, HeldLineRow.order_line_id)
        rows = self._session.scalars(query.order_by(*oldest).limit(limit))
        return [from_row(HeldLine, row) for row in rows]

    def release(self, order_line_id: str, by: str) -> None:
        """Release the line, to be sold like any other. Repeating it changes nothing."""
        line = HeldLineRow.order_line_id == order_line_id
        self._session.execute(update(HeldLineRow).where(self._waiting, line).values(released_by=by))

    @property
    def _waiting(self) -> ColumnElement[bool]:
        return and_(
            HeldLineRow.installation_id == self._installation_id,
            HeldLineRow.released_by.is_(None),
        )


# Every order runs it, so it is built once.
_TIMES = select(DeferredLineRow.order_line_id, DeferredLineRow.times).where(
    DeferredLineRow.installation_id == bindparam("mine"),
    DeferredLineRow.order_line_id.in_(bindparam("line_ids", expanding=True)),
)


class DeferredLineRepository(Repository):
    """Counts how often a line was deferred, so that its next event gets a new workflow."""

    def times(self, order_line_ids: Collection[str]) -> dict[str, int]:
        """How often each of these lines was deferred; lines that never were are absent."""
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
