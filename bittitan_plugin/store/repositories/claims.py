"""Claims on codes and coupons: each is claimed once, by one asset or one code of the stock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, select

from bittitan_plugin.store.engine import insert_into
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import ClaimRow

# Written without the object-relational layer, which costs more than the statement itself.
_CLAIMS = cast(Table, ClaimRow.__table__)
#: Claims that are released in one statement.
_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An asset's or a stock code's claim on a code or a coupon."""

    subject: str
    asset_id: UUID | None = None
    stock_code_id: UUID | None = None


class ClaimRepository(Repository):
    """Stores claims, and finds who claimed first."""

    _rows = ClaimRow

    def claim(self, claims: Sequence[Claim]) -> list[Claim]:
        """Claim what nobody has claimed. Returns the conflicting claims of others.

        It waits for others that claim the same at the same time. A claim is kept only if the
        transaction commits.
        """
        if not claims:
            return []
        mine = {claim.subject: claim for claim in claims}
        insert = insert_into(self._session.get_bind(), _CLAIMS).on_conflict_do_nothing()
        # In one order, so that two processes cannot wait for each other.
        values = [
            {"installation_id": self._installation_id, **to_columns(mine[subject])}
            for subject in sorted(mine)
        ]
        claimed = self._session.scalars(insert.returning(_CLAIMS.c.subject), values)
        known = mine.keys() - set(claimed)
        standing = self.of(known) if known else {}
        return [claim for subject, claim in standing.items() if claim != mine[subject]]

    def of(self, subjects: Collection[str]) -> dict[str, Claim]:
        """The claims on these subjects, by subject."""
        rows = self._session.execute(
            select(ClaimRow.subject, ClaimRow.asset_id, ClaimRow.stock_code_id).where(
                self._mine, ClaimRow.subject.in_(subjects)
            )
        )
        return {row.subject: from_row(Claim, row) for row in rows}

    def release(self, stock_code_ids: Collection[UUID]) -> None:
        """Release the codes of the stock that were withdrawn unsold."""
        rest = list(stock_code_ids)
        for start in range(0, len(rest), _BATCH):
            some = rest[start : start + _BATCH]
            self._session.execute(
                delete(ClaimRow)
                .where(self._mine, ClaimRow.stock_code_id.in_(some))
                .execution_options(synchronize_session=False)
            )
