"""The manifest: what a Saleor is asked for, and that it is no more than is used."""

from pathlib import Path

from graphql import build_schema, parse, validate

from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.platforms.saleor.manifest import EVENTS, PERMISSIONS
from tests.fakes.saleor.app import PERMISSIONS as NEEDED
from tests.fakes.saleor.app import SDL
from tests.integration.saleor.inbound.conftest import Station
from tests.tables import every

SCHEMA = build_schema(SDL)


def asked(station: Station, version: str = "3.23") -> dict[str, object]:
    answer = station.http.get("/saleor/manifest", headers={"Saleor-Schema-Version": version})
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_saleor_reads_where_to_register_and_what_the_app_is(bare: Station) -> None:
    found = asked(bare)
    assert (found["id"], found["name"], found["version"]) == (
        "bittitan.plugin",
        "BitTitan",
        manifest().version,
    )
    assert found["tokenTargetUrl"] == "http://plugin.example/saleor/register"
    assert found["appUrl"] == "http://plugin.example/saleor/dashboard"


def test_a_browser_may_read_it_too(bare: Station) -> None:
    assert bare.http.get("/saleor/manifest").json()["id"] == "bittitan.plugin"


@every("version", ["3.20", "2.11", "4.0", "x"])
def test_a_saleor_of_an_unsupported_version_is_told_what_is_needed(
    bare: Station, version: str
) -> None:
    headers = {"Saleor-Schema-Version": version}
    answer = bare.http.get("/saleor/manifest", headers=headers)
    assert answer.status_code == 400
    assert ">=3.21 <4" in answer.json()["error"]["message"]


def test_it_asks_for_every_permission_that_a_call_of_ours_needs_and_no_other() -> None:
    assert set(PERMISSIONS) == set(NEEDED.values())


def test_it_never_asks_to_manage_apps(bare: Station) -> None:
    assert "MANAGE_APPS" not in str(asked(bare)["permissions"])


@every("name", EVENTS)
def test_each_webhooks_query_fits_saleors_schema(bare: Station, name: str) -> None:
    webhooks = bare.http.get("/saleor/manifest").json()["webhooks"]
    (webhook,) = [each for each in webhooks if each["asyncEvents"] == list(EVENTS[name])]
    assert validate(SCHEMA, parse(webhook["query"])) == []


@every("name", EVENTS)
def test_each_event_that_is_asked_for_is_described_by_its_query(bare: Station, name: str) -> None:
    webhooks = bare.http.get("/saleor/manifest").json()["webhooks"]
    (webhook,) = [each for each in webhooks if each["asyncEvents"] == list(EVENTS[name])]
    for event in EVENTS[name]:
        described = "".join(part.title() for part in event.split("_"))
        assert f"... on {described} {{" in webhook["query"]


def test_no_fragment_stands_where_saleor_looks_for_the_events_name(bare: Station) -> None:
    for webhook in bare.http.get("/saleor/manifest").json()["webhooks"]:
        event = webhook["query"].split("event {")[1].split("... on")[0]
        assert "..." not in event


def test_newer_dashboards_get_widgets_and_older_ones_a_menu_entry(bare: Station) -> None:
    newer = {each["mount"]: each for each in asked(bare, "3.22")["extensions"]}  # type: ignore[attr-defined]
    older = {each["mount"]: each for each in asked(bare, "3.21")["extensions"]}  # type: ignore[attr-defined]
    assert set(newer) == {"ORDER_DETAILS_WIDGETS", "CUSTOMER_DETAILS_WIDGETS"}
    assert newer["ORDER_DETAILS_WIDGETS"]["options"] == {"widgetTarget": {"method": "POST"}}
    assert set(older) == {"ORDER_DETAILS_MORE_ACTIONS", "CUSTOMER_DETAILS_MORE_ACTIONS"}


def test_the_subscription_files_are_exactly_those_that_are_asked_for() -> None:
    folder = Path("bittitan_plugin/platforms/saleor/subscriptions")
    root = Path(__file__).parents[4]
    assert {path.stem for path in (root / folder).glob("*.graphql")} == set(EVENTS)
