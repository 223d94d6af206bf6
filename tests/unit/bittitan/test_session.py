"""Tickets: shared, renewed ahead of expiry, and once more when refused."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.coupon_api.session import RENEW_AHEAD
from bittitan_plugin.domain.errors import Rejected, Unavailable
from tests.tables import every
from tests.unit.bittitan.samples import COUPON, REQUEST, answer
from tests.waiting import PATIENCE_S

START = datetime(2026, 1, 1, tzinfo=UTC)
LIFETIME = timedelta(hours=1)


class Vendor(httpx.BaseTransport):
    """Gives numbered tickets; refuses those it was told to."""

    def __init__(self, expires_at: datetime = START + LIFETIME) -> None:
        self.expires_at = expires_at
        self.sign_ins = 0
        self.refused: set[str] = set()
        self.used: list[str] = []
        #: What signing in waits for.
        self.gate = threading.Event()
        self.gate.set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/sessions":
            self.gate.wait(PATIENCE_S)
            self.sign_ins += 1
            ticket = {"ticket": f"T{self.sign_ins}", "expires_at": self.expires_at.isoformat()}
            return answer(ticket, 201)
        self.used.append(request.headers["Authorization"])
        if request.headers["Authorization"] in self.refused:
            return answer({"code": "TICKET_INVALID", "message": "Expired."}, 401)
        return answer(COUPON, 201 if request.method == "POST" else 200)


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


def _client(vendor: httpx.BaseTransport, now: Clock | None = None) -> CouponApi:
    return CouponApi(
        "https://vendor.example",
        email="a@example.com",
        password="p",
        transport=vendor,
        now=now or Clock(),
    )


def test_one_ticket_serves_many_calls() -> None:
    vendor = Vendor()
    api = _client(vendor)
    for _ in range(3):
        api.issue(REQUEST)
    assert vendor.used == ["Ticket T1"] * 3


def test_a_ticket_is_renewed_shortly_before_it_lapses() -> None:
    vendor, clock = Vendor(), Clock()
    api = _client(vendor, clock)
    api.issue(REQUEST)
    clock.at = START + LIFETIME - RENEW_AHEAD
    api.issue(REQUEST)
    assert vendor.used == ["Ticket T1", "Ticket T2"]


def test_a_ticket_is_kept_until_shortly_before_it_lapses() -> None:
    vendor, clock = Vendor(), Clock()
    api = _client(vendor, clock)
    api.issue(REQUEST)
    clock.at = START + LIFETIME - RENEW_AHEAD - timedelta(seconds=1)
    api.issue(REQUEST)
    assert vendor.sign_ins == 1


def test_clocks_that_disagree_do_not_make_every_call_sign_in() -> None:
    vendor = Vendor(expires_at=START - timedelta(days=400))
    api = _client(vendor)
    for _ in range(3):
        api.issue(REQUEST)
    assert vendor.sign_ins == 1


def test_a_refused_ticket_is_exchanged_and_the_write_sent_once_more() -> None:
    vendor = Vendor()
    vendor.refused = {"Ticket T1"}
    _client(vendor).issue(REQUEST)
    assert vendor.used == ["Ticket T1", "Ticket T2"]


def test_a_second_refusal_is_final_and_names_the_password() -> None:
    vendor = Vendor()
    vendor.refused = {"Ticket T1", "Ticket T2"}
    with pytest.raises(Rejected) as rejected:
        _client(vendor).issue(REQUEST)
    assert (rejected.value.code, rejected.value.field) == ("INVALID_CREDENTIALS", "api_password")
    assert len(vendor.used) == 2


def test_many_threads_sign_in_once() -> None:
    vendor = Vendor()
    vendor.gate.clear()
    api = _client(vendor)
    started = threading.Barrier(9)

    def issue() -> str:
        started.wait(PATIENCE_S)
        return api.issue(REQUEST).id

    with ThreadPoolExecutor(8) as pool:
        issued = [pool.submit(issue) for _ in range(8)]
        started.wait(PATIENCE_S)
        vendor.gate.set()
        assert {future.result() for future in issued} == {"cpn_1"}
    assert vendor.sign_ins == 1


def test_many_threads_with_one_refused_ticket_renew_it_once() -> None:
    vendor = Vendor()
    api = _client(vendor)
    api.issue(REQUEST)
    vendor.refused = {"Ticket T1"}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: api.issue(REQUEST), range(8)))
    assert vendor.sign_ins == 2


def test_a_failed_sign_in_does_not_stand_in_the_way_of_the_next() -> None:
    vendor = Vendor()
    down = True

    def handle(request: httpx.Request) -> httpx.Response:
        if down:
            raise httpx.ConnectError("down", request=request)
        return vendor.handle_request(request)

    api = _client(httpx.MockTransport(handle))
    with pytest.raises(Unavailable):
        api.issue(REQUEST)
    down = False
    assert api.issue(REQUEST).id == "cpn_1"


def test_a_sign_in_that_fails_before_a_write_leaves_nothing_open() -> None:
    transport = httpx.MockTransport(lambda _request: answer({}, 503))
    with pytest.raises(Unavailable):
        _client(transport).issue(REQUEST)


def test_checking_signs_in_although_there_is_a_ticket() -> None:
    vendor = Vendor()
    api = _client(vendor)
    api.issue(REQUEST)
    api.check()
    assert vendor.sign_ins == 2


@every(
    "status, document, setting",
    [
        (401, {"code": "INVALID_CREDENTIALS", "message": "No."}, "api_password"),
        (400, {"code": "INVALID", "message": "No.", "field": "email"}, "api_email"),
        (400, {"code": "INVALID", "message": "No.", "field": "password"}, "api_password"),
        (404, {"code": "NO_SUCH_PATH", "message": "No."}, "api_url"),
        (302, {}, "api_url"),
        (200, {"ticket": "T", "expires_at": "2026-01-01T00:00:00Z"}, "api_url"),
        (201, {"ticket": "two words", "expires_at": "2026-01-01T00:00:00Z"}, "api_url"),
    ],
)
def test_a_refused_sign_in_names_the_setting_at_fault(
    status: int, document: object, setting: str
) -> None:
    transport = httpx.MockTransport(lambda _request: answer(document, status))
    with pytest.raises(Rejected) as rejected:
        _client(transport).check()
    assert rejected.value.field == setting
