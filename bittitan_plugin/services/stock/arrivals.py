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
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.stock.allocation import serve_waiting
from bittitan_plugin.services.stock.levels import take_turn
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Seconds for which an import waits for another one, and between two checks of it.
PATIENCE_S, LOOK_S = 30.0, 0.2


def begin(tenant: Tenant, made: StockImport) -> str:
    """Begin an import; returns the secret for its codes' fingerprints.

    One at a time, because two would not see each other's codes. Raises ``Refusal`` UNIQUE while
    another one stays at work.
    """
    give_up_at = monotonic() + PATIENCE_S
    while True:
        with tenant.writing() as work:
            _take_turn(work)
            others = work.stock_imports.unfinished()
            if not others:
                work.stock_imports.add(made)
                return new_codes_secret(tenant.ports, work)
        still = _settle(tenant, others, made.run_id)
        if still and monotonic() > give_up_at:
            raise Refusal(ErrorCode.UNIQUE, at_work(still[0]), field="file")
        if still:
            sleep(LOOK_S)


def put(tenant: Tenant, import_id: UUID, codes: Sequence[StockCode]) -> set[str]:
    """Write some codes of it. Returns the fingerprints of those that have an owner already.

    These are not written. Raises ``Refusal`` when the import was dropped meanwhile.
    """
    mine = {code_subject(code.fingerprint): code for code in codes}
    claims = [Claim(subject=subject, stock_code_id=code.id) for subject, code in mine.items()]
    with tenant.writing() as work:
        if not work.stock_imports.touch(import_id, ImportPhase.ARRIVING, tenant.ports.clock()):
            raise _cut_short()
        taken = {mine[claim.subject].fingerprint for claim in work.claims.claim(claims)}
        work.stock.add([code for code in codes if code.fingerprint not in taken])
    return taken


def measure(tenant: Tenant) -> None:
    """Have the database update its statistics of the stock."""
    with tenant.writing() as work:
        work.stock.measure()


def show(tenant: Tenant, made: StockImport, kinds: Collection[ProductType]) -> int:
    """Everything was written: serve assets that wait for these kinds, and make it visible.

    Returns how many were served. After the first of its transactions it will be finished,
    whatever happens. Raises ``Refusal`` when the import was dropped meanwhile.
    """
    with tenant.writing() as work:
        # Others that draw now either found too little and wait, or see that we are serving.
        for kind in sorted(ProductType):
            take_turn(work, kind)
        if not work.stock_imports.serve(made, tenant.ports.clock()):
            raise _cut_short()
    return serve_waiting(tenant, made.id, kinds)


def finish_of(tenant: Tenant, run_id: UUID) -> tuple[StockImport, int] | None:
    """What that run imported before an interruption, kept now, and how many were served now.

    None where it had not come so far, and must begin again.
    """
    with tenant.reading() as work:
        made = work.stock_imports.brought_by(run_id)
    if made is None:
        return None
    return made, serve_waiting(tenant, made.id, tuple(ProductType))


def drop(tenant: Tenant, import_id: UUID) -> None:
    """Drop the import; its written codes are removed by the next round."""
    with tenant.writing() as work:
        work.stock_imports.drop(import_id)


def settle(tenant: Tenant) -> None:
    """Finish or remove interrupted imports; a task of the timetable."""
    with tenant.reading() as work:
        unfinished = work.stock_imports.unfinished()
    _settle(tenant, unfinished)


def _settle(
    tenant: Tenant, unfinished: Sequence[StockImport], run_id: UUID | None = None
) -> list[StockImport]:
    """The same; returns imports still at work, without what this run itself left behind."""
    now = tenant.ports.clock()
    at_work = [
        each
        for each in unfinished
        if each.is_at_work(now) and (run_id is None or each.run_id != run_id)
    ]
    for each in unfinished:
        if each in at_work:
            continue
        if each.phase is ImportPhase.SERVING:
            serve_waiting(tenant, each.id, tuple(ProductType))
        else:
            drop(tenant, each.id)
            _remove(tenant, each.id)
    return at_work


def _remove(tenant: Tenant, import_id: UUID) -> None:
    """Remove a dropped import and what was written of it, a part at a time."""
    removed = True
    while removed:
        with tenant.writing() as work:
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
