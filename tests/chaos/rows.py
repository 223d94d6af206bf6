"""One line of the table: what was done, and what everybody's books said afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.chaos.ledger_audit import Books, Line
from tests.chaos.shop import Sale
from tests.chaos.verdict import Verdict


@dataclass
class Row:
    """Counts over some sales."""

    #: Crash points, faults or soak; and on which database.
    part: str
    database: str
    what: str
    #: Processes that were killed.
    kills: int = 0
    orders: int = 0
    #: Coupons the vendor ever made for them, and those of them that can be redeemed.
    coupons: int = 0
    living: int = 0
    credits: int = 0
    #: Different messages to buyers, and how often one of them came again under its Message-ID.
    emails: int = 0
    repeats: int = 0
    verdict: Verdict = field(default_factory=Verdict)

    def count(self, books: Books, sales: Iterable[Sale]) -> None:
        """Add what the books say of these sales."""
        for sale in sales:
            line = books.lines.get(sale.order_id) or Line(sale.order_id)
            self.orders += 1
            self.coupons += len(line.coupons)
            self.living += len(line.living)
            self.credits += line.credits
            self.emails += line.welcomes + line.farewells
            self.repeats += line.repeats


def row_of(
    part: str, database: str, what: str, books: Books, sales: Sequence[Sale], verdict: Verdict
) -> Row:
    """The line of one run."""
    row = Row(part, database, what, verdict=verdict)
    row.count(books, sales)
    return row


def merged(rows: Iterable[Row]) -> list[Row]:
    """Rows that are about the same thing made one, in the order of their first."""
    found: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row.part, row.database, row.what)
        if key not in found:
            found[key] = Row(*key)
        total = found[key]
        for name in ("kills", "orders", "coupons", "living", "credits", "emails", "repeats"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for name in ("lost", "issued_twice", "credited_twice", "unexplained"):
            getattr(total.verdict, name).extend(getattr(row.verdict, name))
    return list(found.values())
