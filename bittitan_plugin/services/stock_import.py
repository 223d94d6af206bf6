"""Takes a file of coupon codes into the stock: what is new, what is known, what is bad and why.

The file is read once, row by row; one transaction keeps it, and serves who waited for it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from bittitan_plugin.cipher import fingerprint
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.stock import StockCode
from bittitan_plugin.domain.stock_rows import BadRow, Rules, StockRow, read_rows
from bittitan_plugin.services.code_claims import code_subject
from bittitan_plugin.services.code_lookup import new_codes_secret
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.stock_allocation import serve_waiting
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.repositories.stock import StockImport
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Bad rows that are listed; more are counted. Ours: a list this long is read by nobody.
MOST_REASONS = 100
#: Rows that are looked up and stored in one go.
CHUNK = 1000
#: New rows after which the database measures the stock anew, and again at each doubling.
MEASURED_FROM = 5000
#: The longest name of a source that is kept, in characters.
LONGEST_SOURCE = 255


class ImportMode(StrEnum):
    """What is to become of the new codes of a file."""

    #: Say what would happen, and change nothing.
    DRY_RUN = "DRY_RUN"
    #: Keep all of them, or none when there is a bad row.
    ALL_OR_NONE = "ALL_OR_NONE"
    #: Keep those of the good rows.
    GOOD_ROWS = "GOOD_ROWS"


@dataclass(frozen=True)
class StockFile:
    """A file of codes, which may come in pieces of any size."""

    name: str
    data: Iterable[bytes]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did (so far), or would do."""

    #: Codes that were not known.
    new: int = 0
    #: Codes that were, and rows that repeat one of the file.
    known: int = 0
    bad: int = 0
    #: The first ``MOST_REASONS`` of the bad rows.
    reasons: tuple[BadRow, ...] = ()
    #: The first ``MOST_REASONS`` rows that repeat one of the file, each with where it stood first.
    repeated_rows: tuple[BadRow, ...] = ()
    #: Whether the new codes were kept; not on a dry run, and not where a bad row forbade it.
    kept: bool = False
    #: Order lines that had waited for these codes.
    served: int = 0

    @property
    def rows(self) -> int:
        """How many rows were dealt with."""
        return self.new + self.known + self.bad


_SOLD = (
    "The code is an order's already: BitTitan's coupon API issued it, or staff entered it by hand. "
    "It cannot be sold again."
)

Progress = Callable[[ImportReport], None]


def import_stock(
    ports: Ports,
    installation_id: UUID,
    actor: Actor,
    file: StockFile,
    mode: ImportMode = ImportMode.ALL_OR_NONE,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file; importing it again adds nothing.

    ``progress`` is told after every ``CHUNK`` rows. Works while the plugin is switched off too.
    Raises ``Refusal`` on ``file`` when it is no such file.
    """
    if mode is ImportMode.DRY_RUN:
        with ports.store.reading(installation_id) as work:
            return _Import(ports, work, actor, file.name, keep=False).take(file.data, progress)
    try:
        with ports.store.writing(installation_id) as work:
            # Two imports at once would not see each other's codes.
            work.take_turns("stock-import")
            run = _Import(ports, work, actor, file.name, keep=True)
            report = run.take(file.data, progress)
            if report.bad and mode is ImportMode.ALL_OR_NONE:
                raise _Abandoned(report)
            return run.finish()
    except _Abandoned as abandoned:
        return abandoned.report


class _Abandoned(Exception):
    """Rolls back what a bad row forbids to keep."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


class _Import:
    """One import under way, in one transaction."""

    def __init__(
        self, ports: Ports, work: UnitOfWork, actor: Actor, source: str, *, keep: bool
    ) -> None:
        self._ports = ports
        self._work = work
        self._keep = keep
        self._secret = new_codes_secret(ports, work, keep=keep)
        self._made = StockImport(
            id=uuid4(),
            source=source[:LONGEST_SOURCE],
            imported_by=actor.name,
            imported_at=ports.clock(),
            added=0,
            known=0,
            bad=0,
        )
        self._new = self._known = self._bad = 0
        self._measured_at = MEASURED_FROM
        self._reasons: list[BadRow] = []
        self._repeated: list[BadRow] = []
        self._kinds: set[ProductType] = set()
        #: By the first half of its fingerprint: where a code stood first, and what was said of it.
        self._seen: dict[bytes, tuple[int, int]] = {}

    def take(self, data: Iterable[bytes], progress: Progress | None) -> ImportReport:
        """Read all rows; keep the new ones, if that is what this is for."""
        chunk: list[tuple[str, StockRow]] = []
        for row in read_rows(data, self._rules()):
            if isinstance(row, BadRow):
                self._refuse(row)
            else:
                self._meet(row, chunk)
            if len(chunk) == CHUNK:
                self._store(chunk)
                chunk.clear()
                if progress:
                    progress(self.report())
        self._store(chunk)
        if progress:
            progress(self.report())
        return self.report()

    def finish(self) -> ImportReport:
        """Keep the totals, and serve who waited."""
        if self._new:
            self._work.stock.finish_import(self._made_now())
            self._work.stock.measure()
        # Always in the same order, so that two who serve cannot stand in each other's way.
        served = sum(serve_waiting(self._ports, self._work, kind) for kind in sorted(self._kinds))
        return self.report(kept=True, served=served)

    def report(self, *, kept: bool = False, served: int = 0) -> ImportReport:
        """What was done until now."""
        return ImportReport(
            new=self._new,
            known=self._known,
            bad=self._bad,
            reasons=_by_line(self._reasons),
            repeated_rows=_by_line(self._repeated),
            kept=kept,
            served=served,
        )

    def _rules(self) -> Rules:
        configuration = self._work.installations.by_id(self._work.installation_id).configuration
        articles = {product.sku: product.product_type for product in self._work.products.all()}
        return Rules(articles=articles, zone=configuration.zone, now=self._ports.clock())

    def _meet(self, row: StockRow, chunk: list[tuple[str, StockRow]]) -> None:
        """Sort out what the file itself repeats."""
        mark = fingerprint(self._secret, row.code)
        key, content = bytes.fromhex(mark)[:16], hash(_content(row))
        first = self._seen.setdefault(key, (row.line, content))
        if first[0] == row.line:
            chunk.append((mark, row))
        elif first[1] == content:
            self._known += 1
            if len(self._repeated) < MOST_REASONS:
                again = BadRow(line=row.line, reason=f"The code stands on line {first[0]} too.")
                self._repeated.append(again)
        else:
            reason = f"The code stands on line {first[0]} too, with other content."
            self._refuse(BadRow(line=row.line, reason=reason))

    def _store(self, chunk: list[tuple[str, StockRow]]) -> None:
        marks = [mark for mark, _ in chunk]
        known = self._work.stock.by_fingerprints(marks)
        sold = self._work.claims.of([code_subject(mark) for mark in marks if mark not in known])
        new = []
        for mark, row in chunk:
            there = known.get(mark)
            if code_subject(mark) in sold:
                self._refuse(BadRow(line=row.line, reason=_SOLD))
            elif there is None:
                new.append((mark, row))
            elif _content(there) == _content(row):
                self._known += 1
            else:
                self._refuse(BadRow(line=row.line, reason=_differs(there)))
        if new and self._keep:
            if not self._new:
                self._work.stock.add_import(self._made)
            self._add([self._stock_code(mark, row) for mark, row in new])
        self._new += len(new)
        if self._new >= self._measured_at:
            self._work.stock.measure()
            self._measured_at *= 2
        self._kinds.update(row.product_type for _, row in new)

    def _add(self, codes: list[StockCode]) -> None:
        claims = [
            Claim(subject=code_subject(code.fingerprint), stock_code_id=code.id) for code in codes
        ]
        if self._work.claims.claim(claims):
            # Issued between our look and our claim: the next attempt sees it and refuses the row.
            raise Refusal(
                ErrorCode.INVALID,
                "A code of this file was sold while it was read; import it once more.",
                field="file",
            )
        self._work.stock.add(codes)

    def _stock_code(self, mark: str, row: StockRow) -> StockCode:
        return StockCode(
            id=uuid4(),
            import_id=self._made.id,
            code=self._ports.cipher.seal(row.code),
            fingerprint=mark,
            product_type=row.product_type,
            sku=row.sku,
            licenses=row.licenses,
            expires_at=row.expires_at,
            validity_days=row.validity_days,
            cost=row.cost,
            cost_currency=row.cost_currency,
            note=row.note,
        )

    def _made_now(self) -> StockImport:
        return StockImport(
            **{**vars(self._made), "added": self._new, "known": self._known, "bad": self._bad}
        )

    def _refuse(self, row: BadRow) -> None:
        self._bad += 1
        if len(self._reasons) < MOST_REASONS:
            self._reasons.append(row)


def _by_line(rows: Iterable[BadRow]) -> tuple[BadRow, ...]:
    return tuple(sorted(rows, key=lambda row: row.line))


def _content(said: StockRow | StockCode) -> tuple[object, ...]:
    """What must be the same for a repeated code to be no contradiction."""
    return said.product_type, said.sku, said.licenses, said.expires_at, said.validity_days


def _differs(there: StockCode) -> str:
    return (
        f"The code is known with other content: {there.licenses} licence(s) of "
        f"{there.sku or there.product_type.label}, expiring at {there.expires_at:%Y-%m-%d %H:%M} "
        "(UTC)."
    )
