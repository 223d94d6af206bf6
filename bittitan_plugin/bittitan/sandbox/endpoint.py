"""One route of the contract as an ASGI application: its work, and the faults in force."""

from collections.abc import Callable

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.faults import Fault, FaultName, Operation
from bittitan_plugin.bittitan.sandbox.operations import WORK, Asked
from bittitan_plugin.bittitan.sandbox.state import Sandbox

#: The key of the ASGI state under which a server may offer to abort the connection.
ABORT = "sandbox.abort"

Met = dict[FaultName, Fault]


class Endpoint:
    """Serves ``operation``; where a path has several, ``choose`` picks one by the query."""

    def __init__(
        self,
        sandbox: Sandbox,
        operation: Operation,
        choose: Callable[[Request], Operation] | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._choose = choose or (lambda _request: operation)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the ASGI way."""
        request = Request(scope, receive)
        body = await request.body()
        operation = self._choose(request)
        met = self._sandbox.faults.take(operation, request.url.path)
        if latency := met.get(FaultName.LATENCY):
            await anyio.sleep(latency.seconds)
        if FaultName.DROP_CONNECTION in met:
            return await _drop(scope, receive, send)
        response = _refused_early(met) or self._answer(operation, request, body, met)
        if hold := met.get(FaultName.TIMEOUT_AFTER_WORK):
            with anyio.move_on_after(hold.seconds):
                return await _hang_up(receive)
        if FaultName.DROP_AFTER_WORK in met:
            return await _drop(scope, receive, send)
        await _disfigured(response, met)(scope, receive, send)
        return None

    def _answer(self, operation: Operation, request: Request, body: bytes, met: Met) -> Response:
        try:
            if operation is not Operation.SESSION:
                self._sandbox.check_ticket(request.headers.get("Authorization"))
            asked = Asked(
                body=body,
                query=dict(request.query_params),
                path=request.path_params,
                idempotent=FaultName.IDEMPOTENCY_OFF not in met,
            )
            return WORK[operation](self._sandbox, asked)
        except ApiError as error:
            return JSONResponse(error.document(), error.status)


def _refused_early(met: Met) -> Response | None:
    if limit := met.get(FaultName.RATE_LIMIT):
        error = ApiError(429, "RATE_LIMITED", "Too many requests.")
        headers = {"Retry-After": str(limit.retry_after)}
        return JSONResponse(error.document(), error.status, headers)
    status = met.get(FaultName.STATUS)
    return _status(status) if status and not status.after_work else None


def _disfigured(response: Response, met: Met) -> Response:
    status = met.get(FaultName.STATUS)
    if status and status.after_work:
        return _status(status)
    if FaultName.BROKEN_JSON in met:
        half = bytes(response.body)[: len(response.body) // 2]
        return Response(half, response.status_code, media_type="application/json")
    return response


def _status(fault: Fault) -> Response:
    error = ApiError(fault.status, f"SANDBOX_{fault.status}", "The sandbox was told to say so.")
    if fault.status in {204, 304}:  # these have no body
        return Response(status_code=fault.status)
    return JSONResponse(error.document(), error.status)


async def _drop(scope: Scope, receive: Receive, send: Send) -> None:
    """Close the connection without a byte if the server can; otherwise during the answer."""
    if abort := scope.get("state", {}).get(ABORT):
        abort()
        return await _hang_up(receive)
    # A server closes the connection when fewer bytes were sent than promised.
    headers = [(b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    return None


async def _hang_up(receive: Receive) -> None:
    """Wait until the connection is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
