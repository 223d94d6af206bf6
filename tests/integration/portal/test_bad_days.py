"""Days on which something else is broken: each gives a page that says what."""

from io import BytesIO
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.cli.serving import site_of
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.web.portal.forms import text_of
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.sessions import COOKIE, Sessions
from tests.integration.portal.browsing import Counter, Page, Visitor, at


class KnownToAll:
    """Whoever holds a session is the same customer; asks no database."""

    def sign_in(
        self,
        email: str,
        password: str,  # noqa: ARG002
        address: str,  # noqa: ARG002
        device: str | None = None,  # noqa: ARG002
    ) -> str | None:
        return email

    def viewer(self, user: str) -> Viewer:
        return Viewer(customer_id=user, email="reseller@example.com")

    def welcome(self, email: str, company: str, password: str) -> str:
        raise AssertionError(email, company, password)

    def sign_out_everywhere(self, user: str) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("path", ["/portal/", "/portal/end-customers"])
def test_without_a_database_a_page_says_so(
    counter: Counter, tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens on port 1.
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:1/none",
        var_dir=tmp_path,
        secret_keys=(generate_key(),),
    )
    application = build(settings)
    site = site_of(application, counter.storefront.platform)
    monkeypatch.setattr(site.platform, "identity", KnownToAll())
    visitor = Visitor(Starlette(routes=portal_routes(site)), site, counter.storefront.reseller)
    page = visitor.open(path)
    application.close()
    assert page.status == 503
    assert "The database cannot be reached" in page.text


def test_with_the_vendor_away_everything_can_be_read(counter: Counter) -> None:
    key = counter.bought()
    faults = counter.storefront.shop.sandbox.sandbox.faults
    faults.add("status", status=503)
    page = counter.reseller.open(at(key))
    faults.clear()
    assert (page.status, "Ready to redeem" in page.text) == (200, True)


def test_a_forged_session_is_nobodys(counter: Counter) -> None:
    visitor = counter.visitor(None)
    visitor.cookies.set(COOKIE, "bm90IG91cnM.c2lnbmF0dXJl", domain="shop.example")
    assert visitor.open("/portal/").path == "/sign-in"


def test_a_session_of_another_instance_is_nobodys(counter: Counter) -> None:
    elsewhere = Sessions([generate_key()], counter.storefront.shop.world.clock, secure=False)
    answer = Response()
    elsewhere.open(answer, str(counter.storefront.reseller.id))
    cookie = answer.headers["set-cookie"].split(";")[0].partition("=")[2]
    visitor = counter.visitor(None)
    visitor.cookies.set(COOKIE, cookie, domain="shop.example")
    assert visitor.open("/portal/").path == "/sign-in"


@pytest.mark.parametrize("address", ["/portal/licenses/nonsense", "/portal/licenses/"])
def test_an_address_that_names_no_licence_is_not_found(counter: Counter, address: str) -> None:
    assert counter.reseller.request("GET", address).status_code == 404


@pytest.mark.parametrize("part", ["/withdraw", "/name", "/email"])
def test_a_form_has_no_page_of_its_own(counter: Counter, part: str) -> None:
    assert counter.reseller.request("GET", at(counter.bought(), part)).status_code == 405


def test_a_form_sent_from_another_site_is_refused(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key)).form("/name")
    answer = visitor.request(
        "POST",
        form.action,
        data=form.fields | {"name": "Forged"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert counter.asset(key).friendly_name is None


def test_a_body_far_too_large_is_refused_with_a_reason(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key)).form("/name")
    answer = visitor.request("POST", form.action, data=form.fields | {"name": "x" * 6_000_000})
    assert (answer.status_code, "too large" in Page(answer).text) == (413, True)


def test_a_file_instead_of_a_text_counts_as_nothing() -> None:
    upload = UploadFile(BytesIO(b"Paris"), filename="name.txt")
    assert text_of(FormData([("name", upload)]), "name") == ""
