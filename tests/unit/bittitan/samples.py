"""Sound answers of the coupon API to spoil, and a vendor that says whatever a test scripts."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.ports.vendor import CouponRequest

PASSWORD = "the-password-itself"
TICKET = "the-ticket-itself"
CODE = "THE-CODE-ITSELF"

REQUEST = CouponRequest(
    reference="asset-1",
    partner_id="prt_1",
    sku="UMB",
    quantity=3,
    expire_days=30,
    validity_days=365,
)

COUPON: dict[str, Any] = {
    "id": "cpn_1",
    "reference": "asset-1",
    "partner_id": "prt_1",
    "sku": "UMB",
    "quantity": 3,
    "expire_days": 30,
    "validity_days": 365,
    "code": CODE,
    "status": "AVAILABLE",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
    "expires_at": "2026-01-31T00:00:00Z",
}

PRODUCT: dict[str, Any] = {
    "sku": "UMB",
    "name": "User Migration Bundle",
    "product_type": "USER_MIGRATION_BUNDLE",
    "list_price": {"amount": "17.50", "currency": "USD"},
}

Handler = Callable[[httpx.Request], httpx.Response]


def page(items: list[Any], total: int | None = None) -> dict[str, Any]:
    return {"items": items, "total": len(items) if total is None else total}


def answer(document: Any, status: int = 200, **headers: str) -> httpx.Response:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return httpx.Response(status, content=body, headers=headers)


class ScriptedVendor(httpx.BaseTransport):
    """Signs everybody in and answers the rest by ``handler``; remembers what it was asked."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/v1/sessions":
            return answer({"ticket": TICKET, "expires_at": "2999-01-01T00:00:00Z"}, 201)
        return self._handler(request)


def client(transport: httpx.BaseTransport) -> CouponApi:
    return CouponApi(
        "https://vendor.example",
        email="distributor@example.com",
        password=PASSWORD,
        transport=transport,
    )


def client_told(document: Any, status: int = 200, **headers: str) -> CouponApi:
    """A client whose every question is answered alike."""
    return client(ScriptedVendor(lambda _request: answer(document, status, **headers)))
