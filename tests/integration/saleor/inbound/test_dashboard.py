"""Our pages in Saleor's Dashboard: from installing to the first sale, and one order's licences."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import httpx
import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.runs import RunKind
from tests.fakes.saleor.records import User
from tests.integration.saleor.inbound.conftest import Station, Stations
from tests.tables import every

ALL = ("MANAGE_ORDERS", "MANAGE_PRODUCTS", "MANAGE_APPS", "MANAGE_USERS")


@pytest.fixture
def staff(station: Station) -> User:
    return station.server.saleor.add_staff("staff@example.com", *ALL)


def token(station: Station, user: User, **claims: object) -> str:
    signing, app = station.server.saleor.signing, station.installed.app_id
    return signing.dashboard_token(station.server.api_url, user, app, now=station.clock(), **claims)


def opened(station: Station, user: User, path: str = "", **fields: str) -> httpx.Response:
    """What the Dashboard does to show a page of ours."""
    form = {"saleorApiUrl": station.server.api_url, "accessToken": token(station, user), **fields}
    return station.http.post(f"/saleor/dashboard{path}", data=form)


def session_in(page: httpx.Response) -> str:
    found = re.search(r'name="session" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def pressed(station: Station, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
    """Send a form of that page."""
    form = {"session": session_in(page), **fields}
    return station.http.post(f"/saleor/dashboard{path}", data=form)


def switch_on(station: Station, staff: User, sandbox: SandboxServer) -> httpx.Response:
    return pressed(
        station,
        opened(station, staff),
        "/settings",
        do="on",
        api_url=sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=DEFAULT_PASSWORD,
    )


# Who may see it


def test_the_frame_waits_for_the_dashboards_token_and_takes_it_from_nobody_else(
    station: Station,
) -> None:
    query = {"saleorApiUrl": station.server.api_url}
    page = station.http.get("/saleor/dashboard", params=query)
    assert page.status_code == 200
    assert f'["{station.server.origin}"]' in unescape(page.text)
    policy = page.headers["Content-Security-Policy"]
    assert f"frame-ancestors {station.server.origin}" in policy
    assert "default-src 'none'" in policy


def test_outside_of_a_known_dashboard_there_is_no_page(stations: Stations) -> None:
    stranger = stations.open(allow=False)
    query = {"saleorApiUrl": stranger.server.api_url}
    assert stranger.http.get("/saleor/dashboard", params=query).status_code == 404


@every("claims", [{"type": "access"}, {"app": "QXBwOjk5OQ=="}, {"exp": 0}, {"iss": "http://x/"}])
def test_only_a_token_that_the_dashboard_made_for_this_app_opens_a_page(
    station: Station, staff: User, claims: dict[str, object]
) -> None:
    form = {"accessToken": token(station, staff, **claims)}
    assert station.http.post("/saleor/dashboard", data=form).status_code == 401


@every(
    "claims, why",
    [
        ({"type": "access"}, "not one that the Dashboard made for this app"),
        ({"app": "QXBwOjk5OQ=="}, "meant for another app"),
        ({"exp": 0}, "open for too long"),
    ],
)
def test_a_token_that_opens_no_page_is_told_the_true_reason(
    station: Station, staff: User, claims: dict[str, object], why: str
) -> None:
    form = {"accessToken": token(station, staff, **claims)}
    page = unescape(station.http.post("/saleor/dashboard", data=form).text)
    assert why in page
    assert ("open for too long" in page) == ("exp" in claims)


def test_a_page_is_kept_in_no_cache_and_framed_by_its_own_dashboard_alone(
    station: Station, staff: User
) -> None:
    page = opened(station, staff)
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {station.server.origin}")


def test_staff_without_a_permission_are_shown_nothing_that_needs_it(station: Station) -> None:
    nobody = station.server.saleor.add_staff("intern@example.com")
    page = opened(station, nobody)
    assert page.status_code == 200
    assert "api_password" not in page.text
    assert "Get Services Definition" not in page.text
    assert opened(station, nobody, "/order", orderId="T3JkZXI6MQ==").status_code == 403
    refused = opened(station, nobody, "/customer", customerId="VXNlcjox")
    assert (refused.status_code, "MANAGE_ORDERS" in refused.text) == (403, True)


@pytest.mark.parametrize(
    ("permission", "shown"), [("MANAGE_ORDERS", True), ("MANAGE_PRODUCTS", False)]
)
def test_what_went_wrong_is_shown_to_staff_who_manage_orders(
    station: Station, permission: str, shown: bool
) -> None:
    with station.application.ports.store.writing(station.installed.installation_id) as work:
        work.problems.report(
            ProblemKind.ORDER_REFUSED,
            "order-1",
            message="Order 1 of Acme was refused.",
            next_step="Ask Acme.",
            at=station.clock(),
        )
    page = opened(station, station.server.saleor.add_staff("staff@example.com", permission))
    assert ("Order 1 of Acme was refused." in page.text) is shown


def has_differences(station: Station) -> UUID:
    """A problem whose next step is to reconcile."""
    with station.application.ports.store.writing(station.installed.installation_id) as work:
        work.problems.report(
            ProblemKind.DIFFERENCES_FOUND,
            "differences",
            message="2 differences.",
            next_step="Reconcile.",
            at=station.clock(),
            action=ProblemAction.RECONCILE,
        )
        found = work.problems.open_by_key("differences")
        assert found is not None
        return found.id


def begun(station: Station) -> bool:
    with station.application.ports.store.reading(station.installed.installation_id) as work:
        return work.runs.at_work(RunKind.RECONCILIATION) is not None


def test_the_step_that_a_problem_names_is_a_button(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    switch_on(station, staff, sandbox)
    problem = has_differences(station)
    page = opened(station, staff)
    assert "Reconcile and mend</button>" in page.text
    assert pressed(station, page, "/problem", problemId=str(problem)).status_code == 200
    assert begun(station)


def test_staff_who_do_not_manage_orders_cannot_press_it(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    switch_on(station, staff, sandbox)
    problem = has_differences(station)
    page = opened(station, station.server.saleor.add_staff("s@example.com", "MANAGE_PRODUCTS"))
    assert pressed(station, page, "/problem", problemId=str(problem)).status_code == 403
    assert not begun(station)


@pytest.mark.parametrize("problem", ["", "x", "5f0c7a4e-0000-4000-8000-000000000000"])
def test_a_problem_that_does_not_exist_has_no_button(
    station: Station, staff: User, sandbox: SandboxServer, problem: str
) -> None:
    switch_on(station, staff, sandbox)
    answer = pressed(station, opened(station, staff), "/problem", problemId=problem)
    assert answer.status_code in {404, 422}


def test_the_newest_licences_are_not_shown_to_staff_who_do_not_manage_orders(
    station: Station,
) -> None:
    seller = station.server.saleor.add_staff("seller@example.com", "MANAGE_PRODUCTS")
    assert "Newest licences" not in opened(station, seller).text


# Forged forms


def test_a_form_without_a_session_changes_nothing(station: Station, staff: User) -> None:
    form = {"accessToken": token(station, staff), "do": "on"}
    assert station.http.post("/saleor/dashboard/settings", data=form).status_code == 401
    assert not station.is_switched_on


@every("session", ["", "x", "gAAAAAB"])
def test_a_session_nobody_made_changes_nothing(station: Station, session: str) -> None:
    form = {"session": session, "do": "on"}
    assert station.http.post("/saleor/dashboard/settings", data=form).status_code == 401


def test_another_sealed_text_of_ours_is_no_session(station: Station) -> None:
    sealed = station.application.ports.cipher.seal('{"for": "something else"}')
    form = {"session": sealed, "do": "on"}
    assert station.http.post("/saleor/dashboard/settings", data=form).status_code == 401


@pytest.mark.parametrize(
    "passed",
    [timedelta(minutes=31), timedelta(days=-30)],
    ids=["half an hour ago", "the clock was ahead"],
)
def test_a_page_that_was_open_for_too_long_changes_nothing(
    station: Station, staff: User, sandbox: SandboxServer, passed: timedelta
) -> None:
    page = opened(station, staff)
    station.clock.now += passed
    answer = pressed(station, page, "/settings", do="on", api_url=sandbox.url)
    assert (answer.status_code, station.is_switched_on) == (401, False)


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/settings", "MANAGE_APPS"),
        ("/services-definition", "MANAGE_PRODUCTS"),
        ("/asset", "MANAGE_ORDERS"),
    ],
)
def test_a_session_without_the_permission_changes_nothing(
    station: Station, path: str, permission: str
) -> None:
    others = [each for each in ALL if each != permission]
    page = opened(station, station.server.saleor.add_staff("almost@example.com", *others))
    assert pressed(station, page, path, do="on").status_code == 403


def test_a_session_at_one_saleor_reaches_nothing_of_another(
    stations: Stations, sandbox: SandboxServer
) -> None:
    here, there = stations.open(), stations.open()
    here.sender.install()
    there.sender.install()
    staff = here.server.saleor.add_staff("staff@example.com", *ALL)
    switch_on(here, staff, sandbox)
    assert (here.is_switched_on, there.is_switched_on) == (True, False)


def test_a_form_of_a_megabyte_is_refused(station: Station) -> None:
    form = {"session": "x" * 1024 * 1024}
    assert station.http.post("/saleor/dashboard/settings", data=form).status_code == 400


# From installing to the first sale


def test_staff_fill_in_the_settings_and_switch_the_plugin_on(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    page = switch_on(station, staff, sandbox)
    assert (page.status_code, "The settings are saved." in page.text) == (200, True)
    assert station.is_switched_on


def test_the_password_is_never_shown_and_an_empty_one_keeps_it(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    page = switch_on(station, staff, sandbox)
    assert DEFAULT_PASSWORD not in page.text
    saved = pressed(station, page, "/settings", do="save", api_password="", expire_days="30")
    assert saved.status_code == 200
    assert 'value="30"' in saved.text
    assert station.is_switched_on


def test_a_wrong_setting_is_named_and_what_was_typed_stays(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    page = pressed(
        station,
        opened(station, staff),
        "/settings",
        do="on",
        api_url=sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password="wrong",
        expire_days="4000",
    )
    assert page.status_code == 422
    assert 'value="4000"' in page.text
    assert 'role="alert"' in page.text
    assert not station.is_switched_on


def test_a_switch_that_is_not_ticked_is_off(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    page = switch_on(station, staff, sandbox)
    fields = {"was.synchronize_automatically": "1"}
    page = pressed(station, page, "/settings", do="save", **fields)
    assert not re.search(r'id="synchronize_automatically"[^>]*checked', page.text)


def test_get_services_definition_makes_the_catalogue_in_saleor(
    station: Station, staff: User, sandbox: SandboxServer
) -> None:
    page = pressed(station, switch_on(station, staff, sandbox), "/services-definition")
    assert (page.status_code, "Services definition:" in page.text) == (200, True)
    slugs = {each.slug for each in station.server.saleor.product_types.values()}
    assert {kind.slug for kind in ProductType} <= slugs


def test_while_switched_off_it_says_why_nothing_was_made(station: Station, staff: User) -> None:
    page = pressed(station, opened(station, staff), "/services-definition")
    assert (page.status_code, "switched off" in page.text) == (422, True)


# One order's licences


def test_an_order_without_licences_says_so(station: Station, staff: User) -> None:
    page = opened(station, staff, "/order", orderId="T3JkZXI6MQ==")
    assert (page.status_code, "This order has no licences." in page.text) == (200, True)


def test_what_a_form_says_is_shown_as_text_and_never_as_html(station: Station, staff: User) -> None:
    page = opened(station, staff, "/order", orderId='"><script>alert(1)</script>')
    assert "<script>alert" not in page.text


@every("asset_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_licence_cannot_be_cancelled(
    station: Station, staff: User, asset_id: str
) -> None:
    page = opened(station, staff)
    answer = pressed(station, page, "/asset", do="cancel", assetId=asset_id)
    assert answer.status_code in {404, 422}


def test_nothing_but_synchronizing_and_cancelling_can_be_done(
    station: Station, staff: User
) -> None:
    page = opened(station, staff)
    asset = "00000000-0000-0000-0000-000000000000"
    assert pressed(station, page, "/asset", do="delete", assetId=asset).status_code == 422
