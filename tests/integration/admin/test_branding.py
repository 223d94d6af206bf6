"""The distributor's face: set in the back office, seen by everybody, and no way in for scripts."""

from collections import Counter
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from bittitan_plugin.domain.audit_entries import SubjectKind
from bittitan_plugin.domain.branding import JPEG, PNG, read_logo
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.services.branding import change_logo
from bittitan_plugin.web.branding import branding_routes
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.test_audit import changes, entries
from tests.integration.portal.browsing import Page, Visitor
from tests.unit.domain.test_branding import jpeg, png

PAGE = "/admin/settings"


@pytest.fixture(autouse=True)
def _as_before(office: BackOffice) -> Iterator[None]:
    yield
    change_logo(office.shop.tenant, Actor(ActorKind.SYSTEM, "test"), None)
    office.storefront.update_plugin(brand_name="", accent_colour="", support_address="")


def kept(office: BackOffice) -> list[tuple[str, str | None, str | None]]:
    return changes(entries(office, SubjectKind.SETTINGS))


def visitor(office: BackOffice, user: UserRow | None = None) -> Visitor:
    """Somebody at the pages that are not the back office."""
    site = office.site
    routes = [*branding_routes(site), *sign_in_routes(site), *portal_routes(site)]
    return Visitor(Starlette(routes=[*routes, *site.platform.routes(site)]), site, user)


def upload(staff: Visitor, content: bytes, name: str = "logo.png", kind: str = "") -> Page:
    form = staff.open(PAGE).form("/logo")
    files = {"logo": (name, content, kind or "image/png")}
    fields = {key: value for key, value in form.fields.items() if key != "logo"}
    return Page(staff.request("POST", form.action, data=fields, files=files))


def test_name_colour_and_support_address_are_on_every_customers_page(office: BackOffice) -> None:
    stranger = visitor(office)
    assert "BitTitan licences" in stranger.open("/sign-in").text
    staff = office.staff()
    staff.send(
        staff.open(PAGE).form("/save"),
        brand_name="Cloud & Sons",
        accent_colour="#FFCC00",
        support_address="help@example.com",
    )
    customer = visitor(office, office.storefront.reseller)
    for page in (stranger.open("/sign-in"), customer.open("/portal/"), customer.open("/shop/")):
        assert "Cloud & Sons" in told(page)
        assert "BitTitan licences" not in page.text
        assert '"/brand/accent.css?colour=ffcc00"' in page.answer.text
        assert "mailto:help@example.com" in page.links
    assert "Cloud & Sons back office" in staff.open("/admin/").text


def test_the_colour_is_served_as_shades_that_can_be_read(office: BackOffice) -> None:
    answer = visitor(office).request("GET", "/brand/accent.css?colour=ffcc00")
    assert answer.headers["content-type"].startswith("text/css")
    assert "--brand: #ffcc00;" in answer.text
    assert "--accent: #ffcc00; --on-accent: #000000;" in answer.text


@pytest.mark.parametrize("colour", ["", "red", "ffcc00}body{display:none", "%23ffcc00"])
def test_nothing_but_a_colour_gets_into_the_style(office: BackOffice, colour: str) -> None:
    stranger = visitor(office)
    assert stranger.request("GET", f"/brand/accent.css?colour={colour}").status_code == 404


@pytest.mark.parametrize(("content", "kind"), [(png(), PNG), (jpeg(), JPEG)], ids=[PNG, JPEG])
def test_a_logo_is_served_as_what_its_bytes_are(
    office: BackOffice, content: bytes, kind: str
) -> None:
    page = upload(office.staff(), content, name="logo.html", kind="text/html")
    assert "The logo is kept" in told(page)
    stranger = visitor(office)
    digest = office.site.installation().logo_digest
    assert f"/brand/logo?v={digest}" in stranger.open("/sign-in").answer.text
    answer = stranger.request("GET", f"/brand/logo?v={digest}")
    assert (answer.content, answer.headers["content-type"]) == (content, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    assert stranger.request("GET", "/brand/logo").headers["cache-control"] == "no-cache"


def test_a_picture_with_scripts_in_it_is_refused_at_its_field(office: BackOffice) -> None:
    page = upload(office.staff(), b'<svg xmlns="http://www.w3.org/2000/svg"/>', "logo.png")
    assert page.status == 422
    assert "no complete picture of the kind PNG or JPEG" in page.text
    assert office.site.installation().logo_digest is None
    assert visitor(office).request("GET", "/brand/logo").status_code == 404


def test_a_logo_is_kept_replaced_and_removed_with_its_audit(office: BackOffice) -> None:
    before, staff = Counter(kept(office)), office.staff()
    upload(staff, png())
    upload(staff, jpeg())
    assert not staff.open(PAGE).offers("/logo/remove")
    page = staff.send(staff.open(f"{PAGE}/logo/remove").form("/logo/remove"))
    assert "The logo is removed" in told(page)
    first, second = (
        f"{kind}, 2 × 3 pixels, {read_logo(content).digest[:8]}"
        for kind, content in ((PNG, png()), (JPEG, jpeg()))
    )
    assert Counter(kept(office)) - before == Counter(
        [
            ("brand_logo", None, first),
            ("brand_logo", first, second),
            ("brand_logo", second, None),
        ]
    )


def test_the_preview_shows_what_was_typed_though_it_was_refused(office: BackOffice) -> None:
    staff = office.staff()
    page = staff.send(
        staff.open(PAGE).form("/save"),
        brand_name="Typed",
        accent_colour="#00aa00",
        expire_days="soon",
    )
    assert page.status == 422
    assert '<strong data-preview="brand_name">Typed</strong>' in page.answer.text
    assert "/brand/accent.css?colour=00aa00" in page.answer.text
