"""Imports as runs (``services/runs.py``): BitTitan's articles, and files of coupon codes.

An import that nobody waits for is enqueued in one transaction and done by a durable workflow. An
uploaded file is stored sealed until then; nothing of it is in the workflow or the run. A caller
that waits for a file has it imported here and now, as the same kind of run.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.domain.stock import IMPORT_SILENCE
from bittitan_plugin.services import runs
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.import_report import ServicesDefinition
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.stock import arrivals
from bittitan_plugin.services.stock.importing import (
    LONGEST_SOURCE,
    ImportMode,
    ImportReport,
    Progress,
    StockFile,
    import_stock,
)
from bittitan_plugin.services.workflow_ids import Workflow, run_id
from bittitan_plugin.store.repositories.uploads import Upload
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The largest uploaded file, in bytes. Our choice; the command line accepts larger ones.
LARGEST_FILE = 4 * 1024 * 1024
#: Bytes that are read at a time.
_PIECE = 64 * 1024


def start_services_definition(tenant: Tenant, actor: Actor) -> Run:
    """Enqueue *Get Services Definition*. Raises ``Refusal`` PLUGIN_INACTIVE or UNIQUE."""
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        run = runs.begin_within(tenant.ports, work, RunKind.SERVICES_DEFINITION, actor.name)
        workflow_id = run_id(Workflow.SERVICES_DEFINITION, run.id)
        work.enqueue(Workflow.SERVICES_DEFINITION, workflow_id, str(run.id))
    return run


def start_stock_import(
    tenant: Tenant, actor: Actor, name: str, content: bytes, mode: ImportMode
) -> Run:
    """Enqueue a file of coupon codes. Raises ``Refusal`` on ``file``, or UNIQUE."""
    if not content.strip():
        raise Refusal(ErrorCode.REQUIRED, "That file is empty.", field="file")
    if len(content) > LARGEST_FILE:
        megabytes = LARGEST_FILE // 1024 // 1024
        raise Refusal(
            ErrorCode.INVALID,
            f"A file may have at most {megabytes} MB: split it, or use "
            "'bittitan-plugin coupons import'.",
            field="file",
        )
    if b"\0" in content:
        raise Refusal(
            ErrorCode.INVALID,
            "That is no text: save the table as CSV (comma separated, UTF-8).",
            field="file",
        )
    sealed = tenant.ports.cipher.seal(b64encode(content).decode())
    with tenant.writing() as work:
        _at_work(tenant.ports, work)
        run = runs.begin_within(tenant.ports, work, RunKind.STOCK_IMPORT, actor.name)
        work.uploads.add(Upload(id=run.id, name=name[-255:], content=sealed))
        work.enqueue(
            Workflow.IMPORT_STOCK, run_id(Workflow.IMPORT_STOCK, run.id), str(run.id), mode
        )
    return run


def import_here(
    tenant: Tenant,
    actor: Actor,
    file: StockFile,
    mode: ImportMode = ImportMode.ALL_OR_NONE,
    tell: Progress = lambda _so_far: None,
) -> ImportReport:
    """Import a file of any size, here and now, for a caller that waits for it.

    A dry run changes nothing, and makes no run. Raises ``Refusal`` on ``file`` when it is no such
    file, or while another import stays at work.
    """
    if mode is ImportMode.DRY_RUN:
        return import_stock(tenant, actor, file, mode, tell)
    run = _begun(tenant, actor)
    file = replace(file, name=file.name[:LONGEST_SOURCE])
    with runs.done_here(tenant, run.id):
        report = _imported(tenant, run, file, mode, tell)
        values = _stock_values(report, file.name, mode)
        runs.finish(tenant, run.id, values, report.rows)
    return report


def run_services_definition(tenant: Tenant, run: UUID, tell: Callable[[], object]) -> Run:
    """Do it, within a run that was begun. After an interruption it continues.

    Raises what ``services_definition.fetch`` raises; the run is then still open.
    """
    begun = runs.get(tenant, run)
    if begun.is_over:
        return begun
    progress = runs.Progress(tenant, run)

    def told(so_far: ServicesDefinition) -> None:
        progress.tell(so_far.rows, report=_definition_values(so_far))
        tell()

    actor = Actor(ActorKind.STAFF, begun.started_by)
    done = services_definition.fetch(tenant, actor, told)
    return runs.finish(tenant, run, _definition_values(done), done.rows)


def run_stock_import(
    tenant: Tenant, run: UUID, mode: ImportMode, tell: Callable[[], object]
) -> Run:
    """Import the file, reporting progress; then delete the stored file.

    After an interruption it begins again, or reports what it had imported. Raises
    ``Refusal`` on ``file``; the run is then still open.
    """
    begun = runs.get(tenant, run)
    with tenant.reading() as work:
        upload = work.uploads.find(run)
    if begun.is_over or upload is None:
        return begun
    content = b64decode(tenant.ports.cipher.open(upload.content))
    file = StockFile(upload.name, _pieces(content), lines=content.count(b"\n"))

    def told(_so_far: ImportReport) -> None:
        tell()

    report = _imported(tenant, begun, file, mode, told)
    with tenant.writing() as work:
        work.uploads.remove(run)
        values = _stock_values(report, upload.name, mode)
        if report.bad and not report.reasons:
            # It ran again after everything was written: the reasons were reported before.
            values |= {name: begun.report.get(name, []) for name in _LISTS}
        return work.runs.change(
            run, lambda it: it.finished(tenant.ports.clock(), values, report.rows)
        )


def give_up(tenant: Tenant, run: UUID, message: str) -> Run:
    """End a run that cannot be done, and delete the stored file, if there is one."""
    with tenant.writing() as work:
        work.uploads.remove(run)
        return work.runs.change(run, lambda it: it.failed(tenant.ports.clock(), message))


def _begun(tenant: Tenant, actor: Actor) -> Run:
    """Begin a run that is done here, after waiting a limited time for another import."""
    give_up_at = monotonic() + arrivals.PATIENCE_S
    while True:
        with tenant.writing() as work:
            other = _at_work(tenant.ports, work)
            if other is None:
                return runs.begin_within(tenant.ports, work, RunKind.STOCK_IMPORT, actor.name)
            if monotonic() > give_up_at:
                begun = [
                    each for each in work.stock_imports.unfinished() if each.run_id == other.id
                ]
                said = arrivals.at_work(begun[0]) if begun else runs.at_work(other)
                raise Refusal(ErrorCode.UNIQUE, said, field="file")
        sleep(arrivals.LOOK_S)


def _at_work(ports: Ports, work: UnitOfWork) -> Run | None:
    """The import at work, unless its process was killed: of that one the run is ended."""
    run = work.runs.at_work(RunKind.STOCK_IMPORT)
    if run is None or not _was_killed(ports, work, run):
        return run
    runs.went_silent(ports, work, run)
    return None


def _was_killed(ports: Ports, work: UnitOfWork, run: Run) -> bool:
    """Whether its process is dead and nothing restarts it, as a worker restarts an upload."""
    now = ports.clock()
    if not run.is_silent(now, IMPORT_SILENCE) or work.uploads.find(run.id) is not None:
        return False
    unfinished = work.stock_imports.unfinished()
    return not any(each.run_id == run.id and each.is_at_work(now) for each in unfinished)


def _imported(
    tenant: Tenant, run: Run, file: StockFile, mode: ImportMode, tell: Progress
) -> ImportReport:
    """Import the file, with progress to the run and to ``tell``."""
    progress = runs.Progress(tenant, run.id)

    def told(so_far: ImportReport) -> None:
        total = None if file.lines is None else max(file.lines, so_far.rows)
        progress.tell(so_far.rows, total, _stock_values(so_far, file.name, mode))
        tell(so_far)

    actor = Actor(ActorKind.STAFF, run.started_by)
    of_run = replace(file, run_id=run.id)
    return import_stock(tenant, actor, of_run, mode, told)


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


def _definition_values(done: ServicesDefinition) -> dict[str, Any]:
    return {
        "created": done.created,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "bound": done.bound,
        "skipped": done.skipped_count,
        "reasons": [f"Row {row.position + 1}: {row.reason}" for row in done.skipped],
    }


#: The fields of a report about single rows.
_LISTS = ("reasons", "repeated_rows")


def _stock_values(report: ImportReport, name: str, mode: ImportMode) -> dict[str, Any]:
    said = {
        each: [f"Line {row.line}: {row.reason}" for row in getattr(report, each)] for each in _LISTS
    }
    return {**asdict(report), **said, "file": name, "mode": mode.value}
