"""The simulator as an ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bittitan_plugin.bittitan.sandbox.control import control_routes
from bittitan_plugin.bittitan.sandbox.endpoint import Endpoint
from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.faults import Operation
from bittitan_plugin.bittitan.sandbox.state import Sandbox


def create_sandbox(sandbox: Sandbox | None = None) -> Starlette:
    """The contract under ``/v1`` and the control surface under ``/_sandbox``.

    The state is ``app.state.sandbox``: the given one, or a new one with the defaults.
    """
    sandbox = sandbox or Sandbox()
    app = Starlette(
        routes=[*_contract_routes(sandbox), *control_routes(sandbox)],
        exception_handlers={HTTPException: _as_contract, ApiError: _as_contract},
    )
    app.state.sandbox = sandbox
    return app


def _contract_routes(sandbox: Sandbox) -> list[Route]:
    def route(
        method: str, path: str, operation: Operation, endpoint: Endpoint | None = None
    ) -> Route:
        return Route(path, endpoint or Endpoint(sandbox, operation), methods=[method])

    lists = Endpoint(sandbox, Operation.CHANGES, _list_operation)
    return [
        route("POST", "/v1/sessions", Operation.SESSION),
        route("GET", "/v1/products", Operation.PRODUCTS),
        route("POST", "/v1/partners", Operation.PARTNER),
        route("GET", "/v1/partners", Operation.PARTNER_LOOKUP),
        route("POST", "/v1/coupons", Operation.ISSUE),
        route("GET", "/v1/coupons", Operation.CHANGES, lists),
        route("GET", "/v1/coupons/{id}", Operation.COUPON),
        route("POST", "/v1/coupons/{id}/cancel", Operation.CANCEL),
    ]


def _list_operation(request: Request) -> Operation:
    return Operation.FIND if "reference" in request.query_params else Operation.CHANGES


def _as_contract(_request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        # Deliberately not NOT_FOUND: that code is for coupons and partners only.
        code = {404: "NO_SUCH_PATH", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "INVALID")
        error = ApiError(error.status_code, code, error.detail)
    assert isinstance(error, ApiError)  # noqa: S101 - registered for these two alone
    return JSONResponse(error.document(), error.status)
