"""The sandbox as anything but our client meets it: the control surface, and typed errors."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from tests.tables import every

PARTNER = {"reference": "account-1", "email": "a@example.com", "company": "A"}


@pytest.fixture
def http(sandbox: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def signed_in(http: httpx.Client) -> httpx.Client:
    account = {"email": DEFAULT_EMAIL, "password": DEFAULT_PASSWORD}
    ticket = http.post("/v1/sessions", json=account).json()["ticket"]
    http.headers["Authorization"] = f"Ticket {ticket}"
    return http


def _issue(http: httpx.Client, **changes: Any) -> httpx.Response:
    content = {
        "reference": "asset-1",
        "partner_id": http.post("/v1/partners", json=PARTNER).json()["id"],
        "sku": "UMB",
        "quantity": 1,
        "expire_days": 30,
        "validity_days": 365,
        **changes,
    }
    return http.post("/v1/coupons", json={k: v for k, v in content.items() if v is not ...})


def test_the_ledger_shows_codes_and_states(signed_in: httpx.Client) -> None:
    coupon = _issue(signed_in).json()
    signed_in.post(f"/v1/coupons/{coupon['id']}/cancel")
    (kept,) = signed_in.get("/_sandbox/ledger").json()["coupons"]
    assert (kept["code"], kept["status"]) == (coupon["code"], "CANCELLED")


def test_a_coupon_is_redeemed_once(signed_in: httpx.Client) -> None:
    path = f"/_sandbox/coupons/{_issue(signed_in).json()['id']}/redeem"
    first, second = signed_in.post(path), signed_in.post(path)
    assert first.json()["status"] == "REDEEMED"
    assert (second.status_code, second.json()["code"]) == (409, "INVALID_STATE")


def test_redeeming_what_never_was_is_a_404(http: httpx.Client) -> None:
    assert http.post("/_sandbox/coupons/cpn_none/redeem").status_code == 404


@every(
    "move, shown",
    [
        ({"set": "2030-01-01T00:00:00Z"}, "2030-01-01T"),
        ({"set": "2030-01-01T01:00+02:00"}, "2029-12-31T23"),
    ],
)
def test_the_clock_is_set(http: httpx.Client, move: dict[str, str], shown: str) -> None:
    assert http.post("/_sandbox/clock", json=move).json()["now"].startswith(shown)
    assert http.get("/_sandbox/clock").json()["now"].startswith(shown)


def test_the_clock_is_advanced(http: httpx.Client) -> None:
    http.post("/_sandbox/clock", json={"set": "2030-01-01T12:00:00Z"})
    moved = http.post("/_sandbox/clock", json={"advance_seconds": 86400}).json()
    assert moved["now"].startswith("2030-01-02T12:00")


@every(
    "move",
    [
        {},
        {"set": "2030-01-01T00:00:00"},
        {"advance_seconds": 1, "set": "2030-01-01T00:00:00Z"},
        {"advance_seconds": 1e18},
        {"advance_seconds": "NaN"},
        {"rewind": 1},
    ],
)
def test_a_move_that_makes_no_sense_is_refused(http: httpx.Client, move: dict[str, Any]) -> None:
    assert http.post("/_sandbox/clock", json=move).status_code == 400


def test_faults_are_put_shown_and_removed(http: httpx.Client) -> None:
    http.post("/_sandbox/faults", json={"name": "latency", "seconds": 0, "times": 2})
    http.post("/_sandbox/faults", json={"name": "status", "operation": "issue"})
    shown = http.get("/_sandbox/faults").json()["faults"]
    assert [(fault["name"], fault["times"]) for fault in shown] == [
        ("latency", 2),
        ("status", None),
    ]
    assert len(http.delete("/_sandbox/faults/status").json()["faults"]) == 1
    assert http.delete("/_sandbox/faults").json()["faults"] == []


@every("fault", [{"name": "flood"}, {}, {"name": "status", "status": "x"}])
def test_a_fault_there_is_not_is_refused(http: httpx.Client, fault: dict[str, str]) -> None:
    assert http.post("/_sandbox/faults", json=fault).status_code == 400


def test_removing_a_fault_there_is_not_names_those_there_are(http: httpx.Client) -> None:
    refused = http.delete("/_sandbox/faults/flood")
    assert refused.status_code == 404
    assert "idempotency_off" in refused.json()["message"]


def test_faults_spare_the_control_surface(http: httpx.Client) -> None:
    http.post("/_sandbox/faults", json={"name": "drop_connection"})
    assert http.get("/_sandbox/ledger").status_code == 200


def test_resetting_forgets_coupons_and_tickets(signed_in: httpx.Client) -> None:
    _issue(signed_in)
    signed_in.post("/_sandbox/reset")
    assert signed_in.get("/_sandbox/ledger").json() == {"coupons": []}
    assert signed_in.get("/v1/products").status_code == 401


@every(
    "authorization, code",
    [("", "TICKET_REQUIRED"), ("Bearer x", "TICKET_REQUIRED"), ("Ticket x", "TICKET_INVALID")],
)
def test_nothing_is_given_without_a_ticket(
    http: httpx.Client, authorization: str, code: str
) -> None:
    refused = http.get("/v1/products", headers={"Authorization": authorization})
    assert (refused.status_code, refused.json()["code"]) == (401, code)


@every(
    "change, code",
    [
        ({"reference": ...}, "REQUIRED"),
        ({"reference": ""}, "INVALID"),
        ({"reference": "r" * 201}, "INVALID"),
        ({"quantity": ...}, "REQUIRED"),
        ({"quantity": 0}, "INVALID"),
        ({"quantity": "1"}, "INVALID"),
        ({"quantity": 1.5}, "INVALID"),
        ({"quantity": True}, "INVALID"),
        ({"expire_days": 3651}, "INVALID"),
        ({"validity_days": 0}, "INVALID"),
        ({"sku": None}, "INVALID"),
        ({"discount": 1}, "INVALID"),
    ],
)
def test_a_coupon_request_is_validated_field_by_field(
    signed_in: httpx.Client, change: dict[str, Any], code: str
) -> None:
    refused = _issue(signed_in, **change)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert refused.json()["field"] == next(iter(change))


@every("change", [{"email": "nobody"}, {"company": ""}, {"password": ""}])
def test_a_partner_is_validated_field_by_field(
    signed_in: httpx.Client, change: dict[str, str]
) -> None:
    refused = signed_in.post("/v1/partners", json={**PARTNER, **change})
    assert (refused.status_code, refused.json()["field"]) == (400, next(iter(change)))


@every("body", [b"", b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_object_is_refused(signed_in: httpx.Client, body: bytes) -> None:
    assert signed_in.post("/v1/coupons", content=body).status_code == 400


@every(
    "path, field",
    [
        ("/v1/products?count=101", "count"),
        ("/v1/products?count=0", "count"),
        ("/v1/products?offset=-1", "offset"),
        ("/v1/coupons?offset=x", "offset"),
        ("/v1/coupons?updated_since=yesterday", "updated_since"),
        ("/v1/coupons?updated_since=2026-01-01T00:00:00", "updated_since"),
        ("/v1/partners", "email"),
    ],
)
def test_a_query_is_validated(signed_in: httpx.Client, path: str, field: str) -> None:
    refused = signed_in.get(path)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@every(
    "method, path, status, code",
    [
        ("GET", "/v2/products", 404, "NO_SUCH_PATH"),
        ("PUT", "/v1/products", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_what_is_not_in_the_contract_is_refused_in_its_form(
    http: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    refused = http.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_dropped_connection_gives_not_a_byte(signed_in: httpx.Client) -> None:
    signed_in.post("/_sandbox/faults", json={"name": "drop_connection"})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        signed_in.get("/v1/products")


def test_without_a_server_that_can_abort_the_answer_breaks_off(sandbox: SandboxServer) -> None:
    """Driven as plain ASGI, the way any other server would."""
    import anyio

    from bittitan_plugin.bittitan.sandbox import create_sandbox

    sandbox.sandbox.faults.add("drop_connection")
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/products",
        "query_string": b"",
        "headers": [],
    }
    anyio.run(create_sandbox(sandbox.sandbox), scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]
