"""Plugins as staff see and switch them; what they add to the schema."""

from typing import Any

import pytest
import structlog

from bittitan_hooks import specs
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.platforms.shop.schema.composition import DuplicateField
from tests.integration.shop.shop import RecordingPlugin, Shop
from tests.tables import every

PLUGIN = """
query { plugin(id: "parcels") {
  name globalConfiguration { active configuration { name value type } }
} }
"""
UPDATE = """
mutation ($id: ID! = "parcels", $active: Boolean, $configuration: [ConfigurationItemInput!]) {
  pluginUpdate(id: $id, input: {active: $active, configuration: $configuration}) {
    plugin { globalConfiguration { active configuration { name value } } }
    errors { field message code }
  }
}
"""


def update(shop: Shop, **variables: Any) -> Any:
    return shop.ask(UPDATE, shop.staff, **variables)["pluginUpdate"]


def test_a_plugin_shows_its_own_state(shop: Shop) -> None:
    assert shop.ask(PLUGIN, shop.staff)["plugin"] == {
        "name": "Parcels",
        "globalConfiguration": {
            "active": True,
            "configuration": [
                {"name": "api_url", "value": "https://old.example", "type": "STRING"}
            ],
        },
    }


def test_every_plugin_is_listed(shop: Shop) -> None:
    assert shop.ask("{ plugins { id } }", shop.staff)["plugins"] == [{"id": "parcels"}]


def test_switching_off_takes_effect_with_the_next_request(shop: Shop) -> None:
    before = shop.ask("mutation { parcelSend }", shop.customer)["parcelSend"]
    update(shop, active=False)
    after = shop.ask("mutation { parcelSend }", shop.customer)["parcelSend"]
    update(shop, active=True)
    again = shop.ask("mutation { parcelSend }", shop.customer)["parcelSend"]
    assert (before, after, again) == ("sent", "PLUGIN_INACTIVE", "sent")


@every(
    "was, change, hooks",
    [
        (False, {"active": True}, ["configuration_validate", "plugin_activated"]),
        (True, {"active": False}, ["configuration_validate", "plugin_deactivated"]),
        (True, {"active": True}, ["configuration_validate"]),
        (
            True,
            {"configuration": [{"name": "api_url", "value": "x"}]},
            ["configuration_validate", "plugin_configured"],
        ),
        (
            False,
            {"active": True, "configuration": [{"name": "api_url", "value": "x"}]},
            ["configuration_validate", "plugin_activated"],
        ),
    ],
)
def test_a_change_fires_the_hook_of_its_kind(
    shop: Shop, was: bool, change: dict[str, Any], hooks: list[str]
) -> None:
    shop.plugin.active = was
    shop.plugin.events.clear()
    update(shop, **change)
    assert shop.plugin.hooks == hooks


def test_the_plugin_hears_who_changed_it(shop: Shop) -> None:
    update(shop, active=False)
    assert shop.plugin.events[-1][1].changed_by == "staff@example.com"


def test_the_answer_shows_the_new_settings(shop: Shop) -> None:
    data = update(shop, configuration=[{"name": "api_url", "value": "https://new.example"}])
    assert data["plugin"]["globalConfiguration"]["configuration"] == [
        {"name": "api_url", "value": "https://new.example"}
    ]


def test_a_refused_setting_is_an_error_on_its_own_name(shop: Shop) -> None:
    shop.plugin.refusals = [
        specs.HookRefusal(
            code=specs.ErrorCode.PLUGIN_MISCONFIGURED, message="Wrong.", field="api_url"
        )
    ]
    data = update(shop, configuration=[{"name": "api_url", "value": "x"}])
    assert data["errors"] == [
        {"field": "api_url", "message": "Wrong.", "code": "PLUGIN_MISCONFIGURED"}
    ]


def test_a_refused_change_changes_nothing(shop: Shop) -> None:
    shop.plugin.refusals = [
        specs.HookRefusal(code=specs.ErrorCode.PLUGIN_MISCONFIGURED, message="Wrong.")
    ]
    update(shop, active=False, configuration=[{"name": "api_url", "value": "x"}])
    assert (shop.plugin.active, shop.plugin.settings) == (
        True,
        {"api_url": "https://old.example"},
    )


def test_a_plugin_that_fails_over_its_settings_is_an_error(shop: Shop) -> None:
    shop.plugin.raises = RuntimeError("broken plugin")
    assert update(shop, active=False)["errors"][0]["code"] == "PLUGIN_MISCONFIGURED"


def test_another_plugin_does_not_hear_of_it(shop: Shop) -> None:
    class Other:
        heard = False

        @specs.hookimpl
        def configuration_validate(self) -> list[specs.HookRefusal]:
            Other.heard = True
            return []

    shop.plugins.register(Other())
    update(shop, active=False)
    assert not Other.heard


def test_an_unknown_plugin_is_an_error_on_id(shop: Shop) -> None:
    assert update(shop, id="unknown", active=False)["errors"][0]["code"] == "NOT_FOUND"


@every("query", ["{ plugins { id } }", PLUGIN, UPDATE])
def test_a_customer_may_not_see_or_set_plugins(shop: Shop, query: str) -> None:
    error = shop.answer(query, shop.customer)["errors"][0]
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_plugins_query_finds_its_own_scope(shop: Shop) -> None:
    data = shop.ask("{ parcelGreeting }", shop.customer)
    assert data["parcelGreeting"] == "default buyer@example.com"


def test_a_mixin_adds_a_field_to_the_hosts_order(shop: Shop) -> None:
    order_id = shop.buy()
    query = "query ($id: ID!) { order(id: $id) { number parcelLabel } }"
    assert shop.ask(query, shop.customer, id=order_id)["order"] == {
        "number": "1",
        "parcelLabel": f"label of {order_id}",
    }


def test_the_schema_builds_without_any_plugin() -> None:
    schema = build_schema(specs.plugin_manager(load_installed=False))
    assert "parcel" not in schema.as_str()


def test_the_schema_has_the_plugins_fields_while_it_is_switched_off(shop: Shop) -> None:
    shop.plugin.active = False
    assert "parcelLabel" in build_schema(shop.plugins).as_str()


def test_a_field_two_plugins_have_is_an_error() -> None:
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(RecordingPlugin())
    plugins.register(RecordingPlugin())
    with pytest.raises(DuplicateField):
        build_schema(plugins)


def test_introspection_can_be_switched_off(shop: Shop) -> None:
    schema = build_schema(shop.plugins, introspection=False)
    result = schema.execute_sync("{ __schema { types { name } } }")
    assert result.errors


def test_what_a_resolver_raised_by_mistake_is_not_shown(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(shop.platform.plugins, "all", fail)
    answer = shop.answer("{ plugins { id } }", shop.staff)
    assert answer["errors"][0]["message"] == "Internal Server Error"


def test_what_a_resolver_raised_by_mistake_has_an_id_that_leads_to_the_log(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(shop.platform.plugins, "all", fail)
    with structlog.testing.capture_logs() as lines:
        answer = shop.answer("{ plugins { id } }", shop.staff)
    shown = answer["errors"][0]["extensions"]["exception"]
    (line,) = [line for line in lines if line["event"] == "resolver failed"]
    assert (line["id"], str(line["exc_info"])) == (shown["id"], "secret detail")
