"""Reports whether the process is alive and can take work, to load balancers and people."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from time import monotonic

import anyio
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.services.outages import describe
from bittitan_plugin.store import migrations
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.key_proof import key_fault
from bittitan_plugin.store.writing import fault_in_words, write_fault

#: Seconds for which a result is reported again.
TRIED_EVERY_S = 2.0
#: Seconds that a request waits for a check in progress.
PATIENCE_S = 5.0

#: The result of each check ("ok", or why not), and further notes.
Findings = tuple[dict[str, str], list[str]]


def health_routes(engine: Engine, cipher: Cipher, is_working: Callable[[], bool]) -> list[Route]:
    """``/livez`` answers while the process runs, ``/readyz`` when it can take work.

    Otherwise ``/readyz`` answers 503 and names the failing check. A vendor that is down is a note
    and no failure: orders are still accepted. ``is_working`` says whether this process' worker
    sends heartbeats; it is true where the process should have none.
    """

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    readiness = Readiness(engine, cipher, is_working)

    async def readyz(_request: Request) -> JSONResponse:
        checks, notes = await readiness.now()
        ready = all(answer == "ok" for answer in checks.values())
        body = {"status": "ok" if ready else "unavailable", "checks": checks}
        return JSONResponse(
            {**body, "notes": notes} if notes else body, status_code=200 if ready else 503
        )

    return [Route("/livez", livez), Route("/readyz", readyz)]


class Readiness:
    """Checks at intervals in one thread of its own, so that frequent requests do no harm."""

    def __init__(self, engine: Engine, cipher: Cipher, is_working: Callable[[], bool]) -> None:
        self._engine = engine
        self._cipher = cipher
        self._is_working = is_working
        self._lock = Lock()
        self._look: Future[Findings] | None = None
        self._found_at = 0.0

    async def now(self) -> Findings:
        """The result of less than ``TRIED_EVERY_S`` ago, or of the check in progress."""
        look = asyncio.wrap_future(self._asked())
        try:
            with anyio.fail_after(PATIENCE_S):
                # Other requests wait for it too.
                return await asyncio.shield(look)
        except TimeoutError:
            silent = f"has not answered within {PATIENCE_S:g} seconds"
            return {"database": silent, "keys": "not known yet", "worker": self._worker()}, []

    def _asked(self) -> Future[Findings]:
        with self._lock:
            look = self._look
            if look is None or (look.done() and monotonic() - self._found_at >= TRIED_EVERY_S):
                self._look = look = Future()
                look.set_running_or_notify_cancel()
                # No pool: with one, the process could not end before a hanging database answers.
                Thread(target=self._find, args=(look,), name="readyz", daemon=True).start()
            return look

    def _find(self, look: Future[Findings]) -> None:
        try:
            found = self._found()
        except BaseException as error:
            self._found_at = monotonic()
            look.set_exception(error)
        else:
            self._found_at = monotonic()
            look.set_result(found)

    def _found(self) -> Findings:
        """The checks that decide whether it can take work, and further notes."""
        engine, keys = self._engine, "ok"
        try:
            database = migrations.version_fault(engine)
            if not database:
                keys = key_fault(engine, self._cipher) or "ok"
            database = database or write_fault(engine) or "ok"
            notes = [describe(circuit) for circuit in Circuits(engine).all().values()]
        except SQLAlchemyError as error:
            database, notes = fault_in_words(error), []
        return {"database": database, "keys": keys, "worker": self._worker()}, notes

    def _worker(self) -> str:
        return "ok" if self._is_working() else "has stopped"
