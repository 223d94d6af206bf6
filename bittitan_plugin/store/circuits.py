"""Stores which vendors must not be called, for all processes. Rows belong to no installation:
a vendor's limits apply to all callers."""

from sqlalchemy import ColumnElement, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.domain.circuit import Circuit
from bittitan_plugin.store.engine import reading_engine, writing_engine
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.tables import CircuitRow


class Circuits:
    """One row per address that is not to be called."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = reading_engine(engine)

    def all(self) -> dict[str, Circuit]:
        """All circuits, by address."""
        with Session(self._reading) as session:
            return {
                row.address: from_row(Circuit, row) for row in session.scalars(select(CircuitRow))
            }

    def replace(self, old: Circuit | None, new: Circuit) -> bool:
        """Replace ``old`` by ``new``. False when another process was quicker."""
        with self._writing() as session, session.begin():
            if old is not None:
                changed = session.execute(
                    update(CircuitRow)
                    .where(*_same(old))
                    .values(to_columns(new))
                    .returning(CircuitRow.address)
                )
                return bool(changed.all())
            try:
                with session.begin_nested():
                    session.execute(insert(CircuitRow).values(to_columns(new)))
            except IntegrityError:
                return False
            return True

    def close(self, circuit: Circuit) -> bool:
        """The address may be called again. False when another process was quicker."""
        with self._writing() as session, session.begin():
            gone = session.execute(
                delete(CircuitRow)
                .where(CircuitRow.address == circuit.address)
                .returning(CircuitRow.address)
            )
            return bool(gone.all())

    def _writing(self) -> Session:
        return Session(writing_engine(self._engine))


def _same(circuit: Circuit) -> tuple[ColumnElement[bool], ...]:
    return (
        CircuitRow.address == circuit.address,
        CircuitRow.tries == circuit.tries,
        CircuitRow.retry_at == circuit.retry_at,
    )
