"""What the client sends and the sandbox answers is what the OpenAPI document says."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.errors import BitTitanError
from tests.integration.coupon_api.recording import Recorded, RecordingTransport
from tests.integration.coupon_api.test_client import request
from tests.sandbox_fixtures import MakeClient

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "coupon-api.openapi.json"
SPEC: dict[str, Any] = json.loads(DOCUMENT.read_text())


def _operations() -> set[tuple[str, str]]:
    """Every operation and status there is, except 5XX and what our client cannot provoke."""
    unprovoked = {
        ("listProducts", "400"),
        ("findPartner", "400"),
        ("listCoupons", "400"),
    }
    described = {
        (operation["operationId"], status)
        for path in SPEC["paths"].values()
        for operation in path.values()
        for status in operation["responses"]
    }
    return described - unprovoked


def _tolerating(act: Callable[[], object]) -> None:
    with suppress(BitTitanError):
        act()


def _drive(api: CouponApi, sandbox: SandboxServer) -> None:
    """Every operation, every status."""
    asked = request(api)
    coupon = api.issue(asked)
    api.issue(asked)
    for wrong in (
        replace(asked, quantity=2),
        replace(asked, reference="asset-2", sku="NONE"),
        replace(asked, reference="asset-2", quantity=0),
    ):
        _tolerating(partial(api.issue, wrong))
    list(api.products())
    api.partner("buyer@example.com")
    api.partner("nobody@example.com")
    for reference, email in [("r2", "two@example.com"), ("r2", "buyer@example.com"), ("", "x")]:
        _tolerating(
            partial(
                api.register_partner,
                reference=reference,
                email=email,
                company="Two",
                password="older-contract",
            )
        )
    api.find("asset-1")
    list(api.changed_since(sandbox.sandbox.clock.now() - timedelta(days=1)))
    api.coupon(coupon.id)
    api.coupon("cpn_none")
    api.cancel(coupon.id)
    _tolerating(lambda: api.cancel("cpn_none"))
    late = api.issue(request(api, "asset-3"))
    sandbox.sandbox.redeem(late.id)
    _tolerating(lambda: api.cancel(late.id))


def _drive_through_faults(api: CouponApi, sandbox: SandboxServer) -> None:
    """What every operation has in common: a refused ticket, a limit, a failure."""
    acts: list[Callable[[], object]] = [
        lambda: list(api.products()),
        lambda: api.partner("buyer@example.com"),
        lambda: api.register_partner(reference="r", email="a@example.com", company="A"),
        lambda: api.find("asset-1"),
        lambda: api.coupon("cpn_none"),
        lambda: api.cancel("cpn_none"),
        lambda: api.issue(asked),
        api.check,
    ]
    asked = request(api, "asset-4")
    for act in acts:
        sandbox.sandbox.sessions.revoke_all()
        _tolerating(act)
        for name, values in [("rate_limit", {}), ("status", {"status": 500})]:
            sandbox.sandbox.faults.add(name, **values)
            _tolerating(act)
            sandbox.sandbox.faults.clear()


@pytest.fixture
def traffic(sandbox: SandboxServer, make_client: MakeClient) -> list[Recorded]:
    transport = RecordingTransport()
    api = make_client(transport=transport)
    _drive(api, sandbox)
    _drive_through_faults(api, sandbox)
    _tolerating(make_client(transport=transport, password=f"not {DEFAULT_PASSWORD}").check)
    _tolerating(lambda: _send_nonsense(make_client, transport))
    return transport.recorded


def _send_nonsense(make_client: MakeClient, transport: RecordingTransport) -> None:
    """A sign-in that is refused as a request; no value our client takes can bring one about."""
    make_client(transport=transport, email=None).check()


def _request(recorded: Recorded) -> MockRequest:
    sent = recorded.request
    return MockRequest(
        SPEC["servers"][0]["url"],  # wherever the sandbox runs, it stands for this one
        sent.method,
        sent.url.path,
        args=dict(sent.url.params),
        headers=dict(sent.headers),
        data=sent.content,
        content_type=sent.headers.get("Content-Type", ""),
    )


def _response(recorded: Recorded) -> MockResponse:
    got = recorded.response
    return MockResponse(
        got.content, got.status_code, dict(got.headers), got.headers["Content-Type"]
    )


def _operation(recorded: Recorded) -> tuple[str, str]:
    for template, path in SPEC["paths"].items():
        parts, actual = template.split("/"), recorded.request.url.path.split("/")
        fits = len(parts) == len(actual) and all(
            part in (there, "{id}") for part, there in zip(parts, actual, strict=True)
        )
        if fits:
            status = recorded.response.status_code
            operation = path[recorded.request.method.lower()]["operationId"]
            return operation, "5XX" if status >= 500 else str(status)
    raise AssertionError(f"{recorded} is not in the contract")


@pytest.fixture(scope="module")
def contract() -> OpenAPI:
    return OpenAPI.from_dict(SPEC)


def test_every_answer_is_as_the_contract_says(traffic: list[Recorded], contract: OpenAPI) -> None:
    for recorded in traffic:
        contract.validate_response(_request(recorded), _response(recorded))


def test_every_request_is_as_the_contract_says(traffic: list[Recorded], contract: OpenAPI) -> None:
    for recorded in traffic:
        if recorded.response.status_code != 400:  # those are wrong on purpose
            contract.validate_request(_request(recorded))


def test_every_operation_and_status_of_the_contract_was_met(traffic: list[Recorded]) -> None:
    assert {_operation(recorded) for recorded in traffic} == _operations()


def test_a_request_beside_the_contract_would_have_been_noticed(
    traffic: list[Recorded], contract: OpenAPI
) -> None:
    wrong = next(r for r in traffic if _operation(r) == ("issueCoupon", "400"))
    with pytest.raises(Exception, match="body"):
        contract.validate_request(_request(wrong))


def test_the_sandboxs_account_is_the_documented_one() -> None:
    described = (DOCUMENT.parent / "sandbox.md").read_text()
    assert DEFAULT_PASSWORD in described
