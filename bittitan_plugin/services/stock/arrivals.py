"""Adds the codes of a file to the stock: a few at a time, hidden, and then visible all at once.

SQLite has one writer, and no checkout should wait for a file. So no transaction here is long, with
any number of rows: they are written in batches under an import that nobody reads from
(``ImportPhase``), and one last transaction makes it visible. An interrupted import is finished, or
removed, by the next import, or by the timetable.
"""

from collections.abc import Collection, Sequence
from time import monotonic, sleep
from uuid import UUID

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock import IMPORT_SILENCE, ImportPhase, StockCode, StockImport
from bittitan_plugin.services.coupons.code_claims import code_subject
from bittitan_plugin.services.coupons.code_lookup import new_codes_secret
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.stock.allocation import serve_waiting
from bittitan_plugin.services.stock.levels import take_turn
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Seconds for which an import waits for another one, and between two checks of it.
PATIENCE_S, LOOK_S = 30.0, 0.2


def begin(ports: Ports, installation_id: UUID, made: StockImport) -> str:
    """Begin an import; returns the secret for its codes' fingerprints.

    One at a time, because two would not see each other's codes. Raises ``Refusal`` UNIQUE while
    another one stays at work.
    """
    give_up_at = monotonic() + PATIENCE_S
    while True:
        with ports.store.writing(installation_id) as work:
            _take_turn(work)
            others = work.stock_imports.unfinished()
            if not others:
                work.stock_imports.add(made)
                return new_codes_secret(ports, work)
        still = _settle(ports, installation_id, others, made.run_id)
        if still and monotonic() > give_up_at:
            raise Refusal(ErrorCode.UNIQUE, at_work(still[0]), field="file")
        if still:
            sleep(LOOK_S)


def put(
    ports: Ports, installation_id: UUID, import_id: UUID, codes: Sequence[StockCode]
) -> set[str]:
    """Write some codes of it. Returns the fingerprints of those that have an owner already.

    These are not written. Raises ``Refusal`` when the import was dropped meanwhile.
    """
    mine = {code_subject(code.fingerprint): code for code in codes}
    claims = [Claim(subject=subject, stock_code_id=code.id) for subject, code in mine.items()]
    with ports.store.writing(installation_id) as work:
        if not work.stock_imports.touch(import_id, ImportPhase.ARRIVING, ports.clock()):
            raise _cut_short()
        taken = {mine[claim.subject].fingerprint for claim in work.claims.claim(claims)}
        work.stock.add([code for code in codes if code.fingerprint not in taken])
    return taken


def measure(ports: Ports, installation_id: UUID) -> None:
    """Have the database update its statistics of the stock."""
    with ports.store.writing(installation_id) as work:
        work.stock.measure()


def show(
    ports: Ports, installation_id: UUID, made: StockImport, kinds: Collection[ProductType]
) -> int:
    """Everything was written: serve assets that wait for these kinds, and make it visible.

    Returns how many were served. After the first of its transactions it will be finished,
    whatever happens. Raises ``Refusal`` when the import was dropped meanwhile.
    """
    with ports.store.writing(installation_id) as work:
        # Others that draw now either found too little and wait, or see that we are serving.
        for kind in sorted(ProductType):
            take_turn(work, kind)
        if not work.stock_imports.serve(made, ports.clock()):
            raise _cut_short()
    return serve_waiting(ports, installation_id, made.id, kinds)


def finish_of(ports: Ports, installation_id: UUID, run_id: UUID) -> tuple[StockImport, int] | None:
    """What that run imported before an interruption, kept now, and how many were served now.

    None where it had not come so far, and must begin again.
    """
    with ports.store.reading(installation_id) as work:
        made = work.stock_imports.brought_by(run_id)
    if made is None:
        return None
    return made, serve_waiting(ports, installation_id, made.id, tuple(ProductType))


def drop(ports: Ports, installation_id: UUID, import_id: UUID) -> None:
    """Drop the import; its written codes are removed by the next round."""
    with ports.store.writing(installation_id) as work:
        work.stock_imports.drop(import_id)


def settle(ports: Ports, installation_id: UUID) -> None:
    """Finish or remove interrupted imports; a task of the timetable."""
    with ports.store.reading(installation_id) as work:
        unfinished = work.stock_imports.unfinished()
    _settle(ports, installation_id, unfinished)


def _settle(
    ports: Ports,
    installation_id: UUID,
    unfinished: Sequence[StockImport],
    run_id: UUID | None = None,
) -> list[StockImport]:
    """The same; returns imports still at work, without what this run itself left behind."""
    now = ports.clock()
    at_work = [
        each
        for each in unfinished
        if each.is_at_work(now) and (run_id is None or each.run_id != run_id)
    ]
    for each in unfinished:
        if each in at_work:
            continue
        if each.phase is ImportPhase.SERVING:
            serve_waiting(ports, installation_id, each.id, tuple(ProductType))
        else:
            drop(ports, installation_id, each.id)
            _remove(ports, installation_id, each.id)
    return at_work


def _remove(ports: Ports, installation_id: UUID, import_id: UUID) -> None:
    """Remove a dropped import and what was written of it, a part at a time."""
    removed = True
    while removed:
        with ports.store.writing(installation_id) as work:
            _take_turn(work)
            codes = work.stock.remove_of_import(import_id)
            work.claims.release(codes)
            if not codes:
                work.stock_imports.remove(import_id)
            removed = bool(codes)


def _take_turn(work: UnitOfWork) -> None:
    """Lock: until the transaction ends nobody else begins or removes an import."""
    work.take_turns("stock-import")


def at_work(other: StockImport) -> str:
    """The message that ``other`` is at work, and that there is one import at a time."""
    minutes = IMPORT_SILENCE.seconds // 60
    return (
        f"Another import is at work: {other.source}, begun by {other.imported_by}, "
        f"{other.imported_at:%Y-%m-%d %H:%M} UTC. Import this file when that one is done; if its "
        f"process died, that is {minutes} minutes after its last sign of life."
    )


def _cut_short() -> Refusal:
    return Refusal(
        ErrorCode.INVALID,
        "The import stood still for so long that it was taken for dead. Nothing of it was kept; "
        "import the file once more.",
        field="file",
    )
