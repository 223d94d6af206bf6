"""Installing the app: the address is checked, the token proved, the keys fetched, then kept."""

import json

from bittitan_plugin.platforms.saleor.apps import AppState
from bittitan_plugin.platforms.saleor.tables import SaleorAppRow
from tests.integration.saleor.inbound.conftest import Station, Stations
from tests.tables import every


def test_an_allowed_saleor_installs_the_app_and_becomes_an_installation(bare: Station) -> None:
    answer = bare.sender.install()
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    app = bare.installed
    assert bare.sender.app is not None
    assert (app.state, app.app_id, app.version) == (AppState.ACTIVE, bare.sender.app.id, "3.23")
    assert bare.apps.token(app) == bare.sender.app.token
    assert app.jwks["keys"][0]["kid"] == bare.server.saleor.signing.key.kid


def test_the_token_is_proved_by_asking_which_app_it_belongs_to(station: Station) -> None:
    (asked,) = station.server.saleor.asked("app")
    assert asked.app == "bittitan.plugin"


def test_the_token_is_kept_encrypted_and_in_no_text_of_the_app(station: Station) -> None:
    app = station.installed
    token = station.apps.token(app)
    with station.application.ports.store.reading(app.installation_id) as work:
        row = work.session.get_one(SaleorAppRow, app.installation_id)
        assert token not in json.dumps([row.auth_token, row.jwks])
    assert token not in repr(app)


def test_a_saleor_that_is_not_listed_is_refused_and_never_called(stations: Stations) -> None:
    stranger = stations.open(allow=False)
    stranger.sender.manifest = {"webhooks": []}
    answer = stranger.sender.register("t" * 30)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "NOT_ALLOWED"
    assert "BITTITAN_SALEOR_ALLOWED_URLS" in answer.json()["error"]["message"]
    assert (stranger.app, stranger.server.saleor.ledger) == (None, [])
    assert stranger.server.saleor.signing.fetched == 0


@every(
    "named, shown",
    [
        ("https://other.example/graphql/", "The address 'https://other.example/graphql/'"),
        ("", "A Saleor that names no address"),
        ("https://x.example/" + "y" * 999, f"'https://x.example/{'y' * 237}'"),
    ],
)
def test_the_address_that_was_refused_is_named_in_the_answer(
    bare: Station, named: str, shown: str
) -> None:
    answer = bare.sender.register("token", Saleor_Api_Url=named)
    assert answer.status_code == 403
    assert shown in answer.json()["error"]["message"]


@every(
    "url",
    [
        "",
        "not an address",
        "ftp://shop.example/graphql/",
        "http://169.254.169.254/latest/meta-data/",
        "{api}?x=1",
        "{api}#x",
        "http://user:password@{host}/graphql/",
        "{origin}/other/",
        "http://[::1",
        "http://shop.example:99999/graphql/",
    ],
)
def test_an_address_that_only_resembles_a_listed_one_is_refused(bare: Station, url: str) -> None:
    server = bare.server
    sent = url.format(
        api=server.api_url, origin=server.origin, host=server.origin.removeprefix("http://")
    )
    app = server.saleor.install()
    assert bare.sender.register(app.token, **{"Saleor_Api_Url": sent}).status_code == 403
    assert server.saleor.ledger == []


def test_the_same_address_written_otherwise_is_the_same_saleor(bare: Station) -> None:
    app = bare.server.saleor.install()
    written = bare.server.api_url.rstrip("/").replace("http://", "HTTP://")
    assert bare.sender.register(app.token, **{"Saleor_Api_Url": written}).status_code == 200
    assert bare.installed.api_url == bare.server.api_url


def test_a_token_that_does_not_work_is_refused_with_that_reason(bare: Station) -> None:
    answer = bare.sender.register("wrong" * 6)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_TOKEN")
    assert bare.app is None


def test_a_working_token_of_another_app_of_that_saleor_is_refused(bare: Station) -> None:
    other = bare.server.saleor.install()
    other.identifier = "somebody.else"
    answer = bare.sender.register(other.token)
    assert answer.json()["error"]["code"] == "INVALID_TOKEN"


@every("token", [None, "", 7, ["x"], "x" * 5000, "tökén", "a\r\nb", "a b", "\u202e"])
def test_a_registration_without_a_usable_token_is_refused(bare: Station, token: object) -> None:
    answer = bare.sender.register(token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID")


@every("body, status", [(b"{", 400), (b"[]", 400), (b"\xff", 400), (b"x" * 20_000, 413)])
def test_a_registration_that_is_no_small_json_object_is_refused(
    bare: Station, body: bytes, status: int
) -> None:
    headers = {"Saleor-Api-Url": bare.server.api_url, "Saleor-Schema-Version": "3.23"}
    answer = bare.http.post("/saleor/register", content=body, headers=headers)
    assert (answer.status_code, answer.json()["success"]) == (status, False)


def test_keys_that_cannot_be_fetched_refuse_the_installation_and_keep_nothing(
    bare: Station,
) -> None:
    bare.server.saleor.signing.published = False
    answer = bare.sender.install()
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "JWKS_UNREACHABLE")
    assert bare.app is None


def test_a_saleor_that_does_not_answer_refuses_the_installation_for_now(bare: Station) -> None:
    bare.server.saleor.faults.add("status", status=502)
    answer = bare.sender.install()
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "UNREACHABLE")
    assert bare.app is None
    assert bare.sender.install().status_code == 200


@every("version", ["", "3.20", "2.11", "4.0", "next"])
def test_a_saleor_of_an_unsupported_version_is_refused(bare: Station, version: str) -> None:
    answer = bare.sender.register("t" * 30, version=version)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UNSUPPORTED_VERSION")


def test_installing_again_replaces_token_and_id_and_keeps_the_installation(
    station: Station,
) -> None:
    before = station.installed
    assert station.sender.install().status_code == 200
    after = station.installed
    assert after.installation_id == before.installation_id
    assert after.app_id != before.app_id
    assert station.apps.token(after) != station.apps.token(before)


def test_several_saleors_are_installations_of_their_own(stations: Stations) -> None:
    first, second = stations.open(), stations.open()
    first.sender.install()
    second.sender.install()
    assert first.installed.installation_id != second.installed.installation_id
    assert {first.server.api_url, second.server.api_url} <= {
        app.api_url for app in first.apps.all_active()
    }
