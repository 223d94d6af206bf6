"""What nobody sends who means well, from people whom their Saleor has let in, and signed by it."""

import re
from html import unescape

import httpx
import pytest

from bittitan_plugin.domain.configuration import Configuration
from tests.fakes.saleor.records import User
from tests.integration.saleor.inbound.conftest import Station
from tests.tables import every

LONG = "y" * 1500
TEXTS = {
    "5,000 digits": "9" * 5000,
    "a long text": LONG,
    "characters nobody sees": "a\u202eb\u200b\0\n",
    "nested JSON": "[" * 3000,
    "a number that is none": "1e999",
}
PATHS = ("", "/order", "/customer", "/settings", "/services-definition", "/asset", "/problem")
FIELDS = (
    "orderId", "customerId", "assetId", "problemId", "comment", "do", "same_account",
    *Configuration.__dataclass_fields__,
)  # fmt: skip


@pytest.fixture
def session(station: Station) -> str:
    """A session of staff who may do everything, as the app's page hands it out."""
    permissions = ("MANAGE_ORDERS", "MANAGE_PRODUCTS", "MANAGE_APPS", "MANAGE_USERS")
    user: User = station.server.saleor.add_staff("staff@example.com", *permissions)
    signing, app = station.server.saleor.signing, station.installed.app_id
    token = signing.dashboard_token(station.server.api_url, user, app, now=station.clock())
    form = {"saleorApiUrl": station.server.api_url, "accessToken": token}
    page = station.http.post("/saleor/dashboard", data=form)
    found = re.search(r'name="session" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


@every("path", PATHS)
def test_no_form_of_the_dashboard_breaks_its_page_or_is_read_out_at_length(
    station: Station, session: str, path: str
) -> None:
    answers = {
        name: station.http.post(
            f"/saleor/dashboard{path}", data={**dict.fromkeys(FIELDS, text), "session": session}
        )
        for name, text in TEXTS.items()
    }
    assert {name: fault for name, each in answers.items() if (fault := _fault(each))} == {}


def _fault(answer: httpx.Response) -> str:
    let_in = answer.status_code != 401
    if not let_in or (answer.status_code >= 500 and answer.status_code != 503):
        return f"{answer.status_code} {answer.text[:200]}"
    said = re.sub(r'value="[^"]*"', "", answer.text)
    return "read out at length" if LONG[:201] in said or "9" * 201 in said else ""


@every(
    "body",
    [
        b"[" * 100_000,
        b"[" * 20_000 + b"]" * 20_000,
        b'{"__typename": "OrderCreated", "issuedAt": %s}' % (b"9" * 5000),
        b'{"__typename": "\\ud800", "issuedAt": "\\udfff"}',
        b'{"__typename": ["OrderCreated"], "order": {"id": {}}}',
        b'{"__typename": {}, "issuingPrincipal": [[]], "recipient": "me"}',
        b"1e999",
        b"",
    ],
)
def test_a_body_that_its_saleor_signed_is_refused_for_good_where_it_is_no_event(
    station: Station, body: bytes
) -> None:
    headers = {
        "Saleor-Api-Url": station.server.api_url,
        "Saleor-Signature": station.server.saleor.signing.signature(body),
    }
    answer = station.http.post("/saleor/webhooks", content=body, headers=headers)
    assert answer.status_code in {400, 410}
    assert "message" in answer.json()
