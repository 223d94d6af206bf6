"""Imports a file of coupon codes into the stock: sorts new, known and bad rows.

The file is read once, row by row, outside of any transaction; new rows are written a few at a time,
hidden until all of them are there (``arrivals``).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.base.cipher import fingerprint
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.stock import ImportPhase, StockCode, StockImport
from bittitan_plugin.domain.stock_rows import BadRow, Rules, StockRow, read_rows
from bittitan_plugin.services.coupons.code_claims import code_subject
from bittitan_plugin.services.coupons.code_lookup import new_codes_secret
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.stock import arrivals
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Bad rows that are listed; more are only counted. Our choice: nobody reads a longer list.
MOST_REASONS = 100
#: Rows that are looked up and stored at a time. Our choice: on a busy machine SQLite writes a
#: thousand in a second, and no sale should wait that long.
CHUNK = 500
#: New rows after which the database's statistics are updated, and again at each doubling.
MEASURED_FROM = 5000
#: The longest name of a source that is kept, in characters.
LONGEST_SOURCE = 255


class ImportMode(Described):
    """What happens to the new codes of a file."""

    DRY_RUN = "DRY_RUN", "Say what would happen, and change nothing."
    ALL_OR_NONE = "ALL_OR_NONE", "Keep all of them, or none when there is a bad row."
    GOOD_ROWS = "GOOD_ROWS", "Keep those of the good rows."


@dataclass(frozen=True)
class StockFile:
    """A file of codes, which may come in pieces of any size."""

    name: str
    data: Iterable[bytes]
    #: The run that imports it; begun again, it drops what it left behind.
    run_id: UUID | None = None
    #: How many lines it has, where known beforehand.
    lines: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did (so far), or would do."""

    #: Codes that were not known.
    new: int = 0
    #: Codes that were known, and rows that repeat one of the file.
    known: int = 0
    bad: int = 0
    #: The first ``MOST_REASONS`` of the bad rows.
    reasons: tuple[BadRow, ...] = ()
    #: The first ``MOST_REASONS`` rows that repeat one of the file, each with its first place.
    repeated_rows: tuple[BadRow, ...] = ()
    #: Whether the new codes were kept; not on a dry run, and not where a bad row forbade it.
    kept: bool = False
    #: Order lines that had waited for these codes.
    served: int = 0
    #: The id to undo it by; None where it added nothing.
    import_id: str | None = None

    @property
    def rows(self) -> int:
        """How many rows were processed."""
        return self.new + self.known + self.bad


_SOLD = (
    "The code is an order's already: BitTitan's coupon API issued it, or staff entered it by hand. "
    "It cannot be sold again."
)

Progress = Callable[[ImportReport], None]
T = TypeVar("T")


def import_stock(
    tenant: Tenant,
    actor: Actor,
    file: StockFile,
    mode: ImportMode = ImportMode.ALL_OR_NONE,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file; importing it again adds nothing.

    ``progress`` is called after every ``CHUNK`` rows. A run that is repeated after everything was
    written reports what it wrote, without the reasons for bad rows. Works also while the plugin is
    switched off. Raises ``Refusal`` on ``file`` when it is no such file, or while another import
    stays at work.
    """
    run = _Import(tenant, actor, file, mode)
    if mode is ImportMode.DRY_RUN:
        return run.take(file.data, progress)
    done = arrivals.finish_of(tenant, file.run_id) if file.run_id else None
    if done is not None:
        return _reported(*done)
    run.begin()
    try:
        run.take(file.data, progress)
        return run.finish()
    except BaseException:
        # Without the database it counts as dead a little later.
        with suppress(SQLAlchemyError):
            arrivals.drop(tenant, run.id)
        raise


def _reported(made: StockImport, served: int) -> ImportReport:
    return ImportReport(
        new=made.added,
        known=made.known,
        bad=made.bad,
        kept=True,
        served=served,
        import_id=str(made.id),
    )


class _Import:
    """One import under way."""

    def __init__(self, tenant: Tenant, actor: Actor, file: StockFile, mode: ImportMode) -> None:
        self._tenant = tenant
        self._mode = mode
        self._secret = ""
        now = tenant.ports.clock()
        self._made = StockImport(
            id=uuid4(),
            source=file.name[:LONGEST_SOURCE],
            imported_by=actor.name,
            imported_at=now,
            phase=ImportPhase.ARRIVING,
            touched_at=now,
            run_id=file.run_id,
        )
        # Consecutive ids, so that rows ordered by them are written side by side.
        self._ids = (UUID(int=number) for number in count(uuid4().int))
        self._new = self._known = self._bad = 0
        self._measured_at = MEASURED_FROM
        self._reasons: list[BadRow] = []
        self._repeated: list[BadRow] = []
        self._kinds: set[ProductType] = set()
        #: By the first half of a code's fingerprint: its first place, and a digest of its row.
        self._seen: dict[bytes, tuple[int, int]] = {}

    @property
    def id(self) -> UUID:
        """The id of the import that its codes are written under."""
        return self._made.id

    def begin(self) -> None:
        """Begin it, as the only import."""
        self._secret = arrivals.begin(self._tenant, self._made)

    def take(self, data: Iterable[bytes], progress: Progress | None) -> ImportReport:
        """Read all rows; write the new ones, unless it is a dry run."""
        rules = self._read(self._rules)
        chunk: list[tuple[str, StockRow]] = []
        for number, row in enumerate(read_rows(data, rules), start=1):
            if isinstance(row, BadRow):
                self._refuse(row)
            else:
                self._meet(row, chunk)
            if number % CHUNK == 0:
                self._store(chunk)
                chunk.clear()
                if progress:
                    progress(self.report())
        self._store(chunk)
        if progress:
            progress(self.report())
        return self.report()

    def finish(self) -> ImportReport:
        """Serve waiting assets and make it visible; or remove it completely."""
        if not self._new or not self._is_kept:
            arrivals.drop(self._tenant, self.id)
            arrivals.settle(self._tenant)
            return self.report(kept=self._is_kept)
        arrivals.measure(self._tenant)
        made = replace(self._made, added=self._new, known=self._known, bad=self._bad)
        served = arrivals.show(self._tenant, made, self._kinds)
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
            import_id=str(self._made.id) if kept and self._new else None,
        )

    @property
    def _is_kept(self) -> bool:
        """Whether the new codes are kept, by the rows read so far."""
        mode = self._mode
        return mode is ImportMode.GOOD_ROWS or (mode is ImportMode.ALL_OR_NONE and not self._bad)

    def _read(self, look: Callable[[UnitOfWork], T]) -> T:
        with self._tenant.reading() as work:
            return look(work)

    def _rules(self, work: UnitOfWork) -> Rules:
        # On a dry run there may be no secret yet.
        self._secret = self._secret or new_codes_secret(self._tenant.ports, work, keep=False)
        configuration = work.installations.by_id(work.installation_id).configuration
        articles = {product.sku: product.product_type for product in work.products.all()}
        return Rules(articles=articles, zone=configuration.zone, now=self._tenant.ports.clock())

    def _meet(self, row: StockRow, chunk: list[tuple[str, StockRow]]) -> None:
        """Handle a row that the file itself repeats."""
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
        known, sold = self._read(lambda work: _there(work, [mark for mark, _ in chunk]))
        new = []
        for mark, row in chunk:
            there = known.get(mark)
            if mark in sold:
                self._refuse(BadRow(line=row.line, reason=_SOLD))
            elif there is None:
                new.append((mark, row))
            elif _content(there) == _content(row):
                self._known += 1
            else:
                self._refuse(BadRow(line=row.line, reason=_differs(there)))
        if self._is_kept:
            # Even if there is nothing to write: this shows that it is alive.
            new = self._put(new)
        self._new += len(new)
        if self._is_kept and self._new >= self._measured_at:
            arrivals.measure(self._tenant)
            self._measured_at *= 2
        self._kinds.update(row.product_type for _, row in new)

    def _put(self, new: list[tuple[str, StockRow]]) -> list[tuple[str, StockRow]]:
        codes = [self._stock_code(mark, row) for mark, row in new]
        # Issued between our look-up and our claim.
        taken = arrivals.put(self._tenant, self.id, codes)
        for mark, row in new:
            if mark in taken:
                self._refuse(BadRow(line=row.line, reason=_SOLD))
        return [(mark, row) for mark, row in new if mark not in taken]

    def _stock_code(self, mark: str, row: StockRow) -> StockCode:
        return StockCode(
            id=next(self._ids),
            import_id=self._made.id,
            code=self._tenant.ports.cipher.seal(row.code),
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

    def _refuse(self, row: BadRow) -> None:
        self._bad += 1
        if len(self._reasons) < MOST_REASONS:
            self._reasons.append(row)


def _by_line(rows: Iterable[BadRow]) -> tuple[BadRow, ...]:
    return tuple(sorted(rows, key=lambda row: row.line))


def _there(work: UnitOfWork, marks: list[str]) -> tuple[dict[str, StockCode], set[str]]:
    """The codes in stock among these, by their marks, and the marks of those an order has.

    Codes of another unfinished import are neither, because it may still be dropped.
    """
    known = work.stock.by_fingerprints(marks)
    others = {code_subject(mark): mark for mark in marks if mark not in known}
    claims = work.claims.of(others)
    return known, {others[subject] for subject, claim in claims.items() if claim.asset_id}


def _content(said: StockRow | StockCode) -> tuple[object, ...]:
    """The values that a repetition of the code must not contradict."""
    return said.product_type, said.sku, said.licenses, said.expires_at, said.validity_days


def _differs(there: StockCode) -> str:
    return (
        f"The code is known with other content: {there.licenses} licence(s) of "
        f"{there.sku or there.product_type.label}, expiring at {there.expires_at:%Y-%m-%d %H:%M} "
        "(UTC)."
    )
