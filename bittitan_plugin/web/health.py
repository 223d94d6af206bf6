"""Is the process alive, and can it take work? For load balancers and for people."""

import threading
from time import monotonic

from anyio import to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bittitan_plugin.bootstrap import Application
from bittitan_plugin.services.outages import describe
from bittitan_plugin.store import migrations
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.key_proof import key_fault
from bittitan_plugin.store.writing import fault_in_words, write_fault

#: Seconds between two trials to write.
TRIED_EVERY_S = 2.0


def health_routes(application: Application) -> list[Route]:
    """``/livez`` answers while the process runs, ``/readyz`` when it can take work.

    ``/readyz`` answers 503 with the failing check in words otherwise. A vendor that is away is a
    note and no failure: orders are taken all the same.
    """

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    trial = Trial(application.engine)

    async def readyz(_request: Request) -> JSONResponse:
        checks, notes = await to_thread.run_sync(_look, application, trial)
        ready = all(answer == "ok" for answer in checks.values())
        body = {"status": "ok" if ready else "unavailable", "checks": checks}
        return JSONResponse(
            {**body, "notes": notes} if notes else body, status_code=200 if ready else 503
        )

    return [Route("/livez", livez), Route("/readyz", readyz)]


class Trial:
    """Tries to write, but not at every question: anybody may ask as often as they like."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._tried_at = -TRIED_EVERY_S
        self._fault = ""

    def fault(self) -> str:
        """What stood in the way at the last trial, in words; empty when nothing did."""
        with self._lock:
            if monotonic() - self._tried_at >= TRIED_EVERY_S:
                self._fault = write_fault(self._engine)
                self._tried_at = monotonic()
            return self._fault


def _look(application: Application, trial: Trial) -> tuple[dict[str, str], list[str]]:
    """What decides whether it can take work, and what else is worth knowing."""
    keys = "ok"
    try:
        database = migrations.version_fault(application.engine)
        if not database:
            keys = key_fault(application.engine, application.ports.cipher) or "ok"
        database = database or trial.fault() or "ok"
        notes = [describe(circuit) for circuit in Circuits(application.engine).all().values()]
    except SQLAlchemyError as error:
        database, notes = fault_in_words(error), []
    return {"database": database, "keys": keys, "worker": _worker(application)}, notes


def _worker(application: Application) -> str:
    # A process started without a worker is ready without one: workers run elsewhere.
    if application.worker is None or application.worker.is_beating:
        return "ok"
    return "has stopped"
