"""Staff at work: cancelling, deciding, mending, importing, switching off and on."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.domain.runs import RunKind
from bittitan_plugin.platforms.shop.demo_data import CUSTOMER_EMAIL, DEMO_PASSWORD, STAFF_EMAIL
from bittitan_plugin.services.cancelling.requests import create
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.web.sessions import COOKIE
from tests.browser.admin.conftest import picture
from tests.browser.admin.test_first_sale import order
from tests.browser.conftest import Visit, violations
from tests.browser.places import Place

CUSTOMER = Actor(ActorKind.CUSTOMER, CUSTOMER_EMAIL)


@pytest.fixture
def staff(place: Place, visit: Visit) -> Page:
    return visit(place, STAFF_EMAIL, viewport={"width": 1280, "height": 900})


def sold(place: Place, page: Page) -> Asset:
    """A new asset, sold through the pages, once its buyer has been welcomed."""
    before = len(place.assets())
    order(page)
    key = place.provisioned(before + 1)[-1].id

    def welcomed() -> Asset | None:
        asset = place.read(lambda work: work.assets.get(key))
        return asset if asset.welcomed_at is not None else None

    return place.until(welcomed)


def open_asset(page: Page, asset: Asset) -> None:
    page.goto(f"/admin/assets/detail?pk={asset.id}")


def asked(place: Place, asset: Asset) -> CancellationRequest:
    found = create(
        Tenant(place.application.ports, place.installation), asset.id, CUSTOMER, "too many"
    )
    assert found.request is not None
    return found.request


def cancelled(place: Place, key: UUID) -> Asset:
    """The asset once it is cancelled and credited."""

    def look() -> Asset | None:
        asset = place.read(lambda work: work.assets.get(key))
        done = asset.status is AssetStatus.CANCELLED and asset.credit_invoice is not None
        return asset if done else None

    return place.until(look)


def test_staff_cancel_an_asset_on_terms_shown_before(place: Place, staff: Page) -> None:
    asset, usable = sold(place, staff), place.usable_coupons()
    open_asset(staff, asset)
    expect(staff.get_by_text("for a full credit of")).to_be_visible()
    assert violations(staff) == []
    picture(staff, "admin-asset")
    staff.get_by_role("link", name="Cancel all 25 licences").click()
    expect(staff.get_by_text("350.00 USD", exact=True)).to_be_visible()
    assert violations(staff) == []
    staff.get_by_label("Comment, for the record").fill("bought twice")
    staff.get_by_role("button", name="Cancel all 25 licences").dblclick()
    done = cancelled(place, asset.id)
    assert done.credit_invoice is not None
    assert place.usable_coupons() == usable - 1
    open_asset(staff, asset)
    expect(staff.locator("h1.page-title")).to_contain_text("Cancelled")
    expect(staff.get_by_role("link", name="Cancel all 25 licences")).to_have_count(0)


def test_staff_accept_a_customers_request(place: Place, staff: Page) -> None:
    asset = sold(place, staff)
    asked(place, asset)
    staff.goto("/admin/")
    staff.get_by_role("link", name="for a decision").click()
    assert violations(staff) == []
    row = staff.get_by_role("row").filter(has_text="Pending").first
    row.locator("a.opens").click()
    expect(staff.get_by_text("too many")).to_be_visible()
    assert violations(staff) == []
    picture(staff, "admin-request")
    staff.get_by_role("link", name="Accept and cancel").click()
    staff.get_by_role("button", name="Accept and cancel").click()
    assert cancelled(place, asset.id).coupon_status == "CANCELLED"


def test_staff_refuse_a_request_with_a_reason(place: Place, staff: Page) -> None:
    asset = sold(place, staff)
    request = asked(place, asset)
    staff.goto(f"/admin/cancellation-requests/detail?pk={request.id}")
    staff.get_by_label("Why; the customer is told").fill("The licences are in use.")
    staff.get_by_role("button", name="Refuse").click()
    expect(staff.locator("h1.page-title")).to_contain_text("Refused")
    decided = place.read(lambda work: work.requests.get(request.id))
    assert (decided.state, decided.reason) == (RequestState.REFUSED, "The licences are in use.")
    assert place.read(lambda work: work.assets.get(asset.id)).status is AssetStatus.ACTIVE


def test_a_failed_asset_is_mended(place: Place, staff: Page) -> None:
    faults = place.sandbox.sandbox.faults
    faults.add("status", operation="issue", status=422)
    order(staff)

    def failed() -> Asset | None:
        return next(
            (a for a in place.assets() if a.provisioning_status is ProvisioningStatus.FAILED), None
        )

    asset = place.until(failed)
    faults.clear()
    staff.goto("/admin/problems/list")
    assert violations(staff) == []
    row = staff.get_by_role("row").filter(has_text=asset.order_number).first
    row.locator("a.opens").click()
    assert violations(staff) == []
    picture(staff, "admin-problem")
    staff.get_by_role("button", name="Synchronize the asset").click()
    place.until(lambda: place.read(lambda work: work.assets.get(asset.id)).has_coupon)
    issued = [c for c in place.sandbox.sandbox.ledger() if c.reference == asset.reference]
    assert len(issued) == 1
    open_asset(staff, asset)
    expect(staff.locator("h1.page-title")).to_contain_text("Available")


def test_codes_are_imported_by_upload_after_a_dry_run(
    place: Place, staff: Page, tmp_path: Path
) -> None:
    expires = (place.application.ports.clock() + timedelta(days=300)).date().isoformat()
    path = tmp_path / "codes.csv"
    rows = "".join(f"CODE-{n:04d}-ABCD,MW-MAILBOX,5,{expires}\n" for n in range(200))
    path.write_text("code,product type,licences,expires on\n" + rows)
    upload(staff, path, "Dry run")
    assert violations(staff) == []
    staff.goto("/admin/stock")
    expect(staff.get_by_text("0 licences in 0 codes")).to_have_count(2)
    upload(staff, path, "Import, unless")
    staff.reload()
    expect(staff.locator("h1.page-title")).to_contain_text("Finished")
    staff.get_by_role("link", name="To the stock").click()
    expect(staff.get_by_text("1000 licences in 200 codes")).to_be_visible()
    assert violations(staff) == []
    picture(staff, "admin-stock")


def upload(page: Page, path: Path, mode: str) -> None:
    page.goto("/admin/stock")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_label(mode).check()
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("h1.page-title")).to_contain_text("Finished")
    expect(page.get_by_text("200")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"\x89PNG\r\n\0\0", "no text"), (b"x" * 200_000_000, "too large")],
    ids=["0 bytes", "wrong type", "200 MB"],
)
def test_a_bad_upload_is_refused_with_a_reason(
    place: Place, staff: Page, tmp_path: Path, content: bytes, said: str
) -> None:
    path, before = tmp_path / "codes.csv", imports(place)
    path.write_bytes(content)
    staff.goto("/admin/stock")
    staff.get_by_label("CSV file").set_input_files(path)
    staff.get_by_role("button", name="Upload").click()
    expect(staff.locator("body")).to_contain_text(said)
    assert violations(staff) == []
    assert imports(place) == before


def imports(place: Place) -> list[UUID]:
    """Every import that was ever begun."""
    return [run.id for run in place.read(lambda work: work.runs.latest(RunKind.STOCK_IMPORT))]


def test_two_tabs_cancel_once_and_the_second_says_what_changed(place: Place, staff: Page) -> None:
    asset = sold(place, staff)
    second = staff.context.new_page()
    for tab in (staff, second):
        tab.goto(f"/admin/assets/{asset.id}/cancel")
    staff.get_by_role("button", name="Cancel all 25 licences").click()
    credit = cancelled(place, asset.id).credit_invoice
    second.get_by_role("button", name="Cancel all 25 licences").click()
    said = second.get_by_role("alert")
    expect(said).to_contain_text("Nothing was done, because this page was out of date.")
    expect(said).to_contain_text("Status: Active → Cancelling")
    assert place.read(lambda work: work.assets.get(asset.id)).credit_invoice == credit


def test_a_session_that_ended_leads_back_to_the_page_the_form_was_on(
    place: Place, staff: Page
) -> None:
    asset = sold(place, staff)
    staff.goto(f"/admin/assets/{asset.id}/cancel")
    staff.context.clear_cookies(name=COOKIE)
    staff.get_by_role("button", name="Cancel all 25 licences").click()
    staff.get_by_label("E-mail").fill(STAFF_EMAIL)
    staff.get_by_label("Password").fill(DEMO_PASSWORD)
    staff.get_by_role("button", name="Sign in").click()
    staff.wait_for_url(f"**/admin/assets/{asset.id}/cancel")
    assert place.read(lambda work: work.assets.get(asset.id)).status is AssetStatus.ACTIVE


def test_the_plugin_is_switched_off_and_on(place: Place, staff: Page) -> None:
    staff.goto("/admin/settings")
    staff.get_by_role("link", name="Switch off").click()
    expect(staff.get_by_text("Nothing is sold")).to_be_visible()
    assert violations(staff) == []
    staff.get_by_role("button", name="Switch off").click()
    expect(staff.get_by_text("The plugin is switched off.")).to_be_visible()
    assert violations(staff) == []
    active = place.read(lambda work: work.installations.by_id(place.installation).active)
    assert active is False
    for path in ("/admin/", "/admin/assets/list", "/admin/settings"):
        staff.goto(path)
        expect(staff.get_by_text("nothing is sold or changed").first).to_be_visible()
    staff.get_by_role("button", name="Save and switch on").click()
    expect(staff.get_by_text("The plugin is switched on.")).to_be_visible()
    assert place.read(lambda work: work.installations.by_id(place.installation).active) is True


def test_the_pictures_of_the_documentation(place: Place, staff: Page) -> None:
    if not place.assets():
        sold(place, staff)
    for name, path in {
        "admin-overview": "/admin/",
        "admin-assets": "/admin/assets/list",
        "admin-settings": "/admin/settings",
        "admin-catalogue": "/admin/products/list",
    }.items():
        staff.goto(path)
        assert violations(staff) == []
        picture(staff, name)
