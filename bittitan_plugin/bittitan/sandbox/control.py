"""The routes of ``/_sandbox``: inspect the vendor, act as buyer, move time, make it fail."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bittitan_plugin.bittitan.sandbox.clock import as_text
from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.faults import Fault, FaultName
from bittitan_plugin.bittitan.sandbox.inputs import parse
from bittitan_plugin.bittitan.sandbox.state import Sandbox


class ClockInput(BaseModel):
    """Exactly one of the two."""

    model_config = ConfigDict(extra="forbid")

    advance_seconds: Annotated[float, Field(allow_inf_nan=False)] | None = None
    set: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.advance_seconds is None) is (self.set is None):
            raise ValueError("give advance_seconds or set")
        return self


def _read_ledger(sandbox: Sandbox, _request: Request, _body: bytes) -> object:
    return {"coupons": [coupon.document() for coupon in sandbox.ledger()]}


def _redeem(sandbox: Sandbox, request: Request, _body: bytes) -> object:
    return sandbox.redeem(request.path_params["id"]).document()


def _read_clock(sandbox: Sandbox, _request: Request, _body: bytes) -> object:
    return {"now": as_text(sandbox.clock.now())}


def _move_clock(sandbox: Sandbox, request: Request, body: bytes) -> object:
    move = parse(ClockInput, body)
    try:
        if move.set is not None:
            sandbox.clock.set(move.set)
        else:
            sandbox.clock.advance(timedelta(seconds=move.advance_seconds or 0))
    except OverflowError:
        raise ApiError(
            400, "INVALID", "The clock shows the years 1 to 9999.", field="advance_seconds"
        ) from None
    return _read_clock(sandbox, request, body)


def _read_faults(sandbox: Sandbox, _request: Request, _body: bytes) -> object:
    return {"faults": [fault.model_dump(mode="json") for fault in sandbox.faults.in_force()]}


def _put_fault(sandbox: Sandbox, request: Request, body: bytes) -> object:
    sandbox.faults.put(parse(Fault, body))
    return _read_faults(sandbox, request, body)


def _clear_faults(sandbox: Sandbox, request: Request, body: bytes) -> object:
    name = request.path_params.get("name")
    if name is not None and name not in set(FaultName):
        known = ", ".join(FaultName)
        raise ApiError(404, "NOT_FOUND", f"There is no such fault; there are: {known}.")
    sandbox.faults.clear(name)
    return _read_faults(sandbox, request, body)


def _reset(sandbox: Sandbox, request: Request, body: bytes) -> object:
    sandbox.reset()
    return _read_clock(sandbox, request, body)


Control = Callable[[Sandbox, Request, bytes], Any]

_CONTROLS: list[tuple[str, str, Control]] = [
    ("GET", "/ledger", _read_ledger),
    ("POST", "/coupons/{id}/redeem", _redeem),
    ("GET", "/clock", _read_clock),
    ("POST", "/clock", _move_clock),
    ("GET", "/faults", _read_faults),
    ("POST", "/faults", _put_fault),
    ("DELETE", "/faults", _clear_faults),
    ("DELETE", "/faults/{name}", _clear_faults),
    ("POST", "/reset", _reset),
]


def control_routes(sandbox: Sandbox) -> list[Route]:
    """The routes of the control surface. They need no ticket and meet no faults."""
    return [
        Route(f"/_sandbox{path}", partial(_serve, sandbox, control), methods=[method])
        for method, path, control in _CONTROLS
    ]


async def _serve(sandbox: Sandbox, control: Control, request: Request) -> JSONResponse:
    return JSONResponse(control(sandbox, request, await request.body()))
