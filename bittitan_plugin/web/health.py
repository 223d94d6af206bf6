"""Is the process alive, and can it take work? For load balancers and for people."""

from collections.abc import Callable

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bittitan_plugin.bootstrap import Application
from bittitan_plugin.store import migrations


def health_routes(application: Application) -> list[Route]:
    """``/livez`` answers while the process runs, ``/readyz`` when it can take work.

    ``/readyz`` answers 503 with the failing check in words otherwise.
    """

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> JSONResponse:
        checks = await to_thread.run_sync(_checks, application)
        ready = all(answer == "ok" for answer in checks.values())
        return JSONResponse(
            {"status": "ok" if ready else "unavailable", "checks": checks},
            status_code=200 if ready else 503,
        )

    return [Route("/livez", livez), Route("/readyz", readyz)]


def _checks(application: Application) -> dict[str, str]:
    return {"database": _said(lambda: _database(application)), "worker": _worker(application)}


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except SQLAlchemyError as error:
        # The text of a database error may carry addresses and values; its kind is enough here.
        return f"cannot be reached ({type(error).__name__})"


def _database(application: Application) -> str:
    if migrations.is_current(application.engine):
        return "ok"
    return "is not at this version's tables; run 'bittitan-plugin migrate'"


def _worker(application: Application) -> str:
    # A process started without a worker is ready without one: workers run elsewhere.
    if application.worker is None or application.worker.is_beating:
        return "ok"
    return "has stopped"
