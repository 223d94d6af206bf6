"""The contract's operations: each turns a request into its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse

from bittitan_plugin.bittitan.sandbox.clock import as_text
from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.faults import Operation
from bittitan_plugin.bittitan.sandbox.inputs import (
    CouponInput,
    Page,
    PartnerInput,
    SessionInput,
    parse,
    parse_instant,
    parse_query,
)
from bittitan_plugin.bittitan.sandbox.state import Sandbox


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, its ticket already checked."""

    body: bytes = field(repr=False)
    query: dict[str, str]
    path: Mapping[str, str]
    #: False while the fault *idempotency off* is in force.
    idempotent: bool


def _session(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    ticket, expires_at = sandbox.sign_in(parse(SessionInput, asked.body))
    return JSONResponse({"ticket": ticket, "expires_at": as_text(expires_at)}, 201)


def _products(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    return JSONResponse(parse_query(Page, asked.query).of(sandbox.products))


def _partner(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    partner, is_new = sandbox.register(parse(PartnerInput, asked.body))
    return JSONResponse(partner.document(), 201 if is_new else 200)


def _partner_lookup(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    if "email" not in asked.query:
        raise ApiError(400, "REQUIRED", "'email' is required.", field="email")
    partner = sandbox.partner(asked.query["email"])
    return JSONResponse(Page().of([partner.document()] if partner else []))


def _issue(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    request = parse(CouponInput, asked.body)
    coupon, is_new = sandbox.issue(request, idempotent=asked.idempotent)
    return JSONResponse(coupon.document(), 201 if is_new else 200)


def _list(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    since = asked.query.get("updated_since")
    coupons = sandbox.listed(
        reference=asked.query.get("reference"),
        since=parse_instant(since, "updated_since") if since is not None else None,
    )
    page = parse_query(Page, asked.query)
    return JSONResponse(page.of([coupon.document() for coupon in coupons]))


def _coupon(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    return JSONResponse(sandbox.coupon(asked.path["id"]).document())


def _cancel(sandbox: Sandbox, asked: Asked) -> JSONResponse:
    return JSONResponse(sandbox.cancel(asked.path["id"]).document())


Work = Callable[[Sandbox, Asked], JSONResponse]

WORK: dict[Operation, Work] = {
    Operation.SESSION: _session,
    Operation.PRODUCTS: _products,
    Operation.PARTNER: _partner,
    Operation.PARTNER_LOOKUP: _partner_lookup,
    Operation.ISSUE: _issue,
    Operation.FIND: _list,
    Operation.CHANGES: _list,
    Operation.COUPON: _coupon,
    Operation.CANCEL: _cancel,
}
