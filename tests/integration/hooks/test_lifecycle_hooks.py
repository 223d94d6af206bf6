"""Each life-cycle hook: settings, switching on and off, what may be shown."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.installations import Installation
from tests.fakes.host import line
from tests.tables import every
from tests.world import NOTHING, Shop

#: A port nothing listens on.
NOBODY = "http://127.0.0.1:9"


def items(values: dict[str, str | None]) -> tuple[specs.ConfigurationItem, ...]:
    return tuple(specs.ConfigurationItem(name=name, value=value) for name, value in values.items())


def validate(shop: Shop, values: dict[str, str | None], *, active: bool = True) -> list[str | None]:
    event = specs.ConfigurationValidate(
        installation=shop.key, active=active, configuration=items(values)
    )
    (refusals,) = shop.world.plugins.hook.configuration_validate(event=event)
    return [refusal.field for refusal in refusals]


def installation(shop: Shop) -> Installation:
    with shop.ports.store.looking_up() as installations:
        return installations.by_id(shop.id)


def state(shop: Shop) -> specs.PluginState:
    event = specs.PluginStateRequested(installation=shop.key)
    (found,) = shop.world.plugins.hook.plugin_state(event=event)
    assert isinstance(found, specs.PluginState)
    return found


def test_hook_configuration_validate(shop: Shop) -> None:
    assert validate(shop, {"time_zone": "Europe/Athens"}) == []


@every(
    "values, fields",
    [
        ({"api_password": "wrong"}, ["api_password"]),
        ({"api_url": NOBODY}, ["api_password"]),
        ({"api_url": NOBODY, "api_password": "typed"}, ["api_url"]),
        ({"api_url": "https://", "api_password": "typed"}, ["api_url"]),
        ({"api_url": ""}, ["api_url"]),
        ({"time_zone": "Mars/Olympus"}, ["time_zone"]),
        ({"refund_window_days": "16", "time_zone": "Nowhere"}, ["refund_window_days", "time_zone"]),
        ({"no_such_setting": "1"}, ["no_such_setting"]),
    ],
)
def test_each_wrong_setting_is_refused_under_its_own_name(
    shop: Shop, values: dict[str, str | None], fields: list[str]
) -> None:
    assert validate(shop, values) == fields


def test_the_vendor_is_not_asked_while_the_plugin_stays_switched_off(shop: Shop) -> None:
    assert validate(shop, {"api_url": NOBODY, "api_password": "typed"}, active=False) == []


def test_validating_keeps_nothing(shop: Shop) -> None:
    before = installation(shop)
    validate(shop, {"time_zone": "Europe/Athens", "api_password": "wrong"})
    assert installation(shop) == before


def change(shop: Shop, hook: str, *, active: bool, **values: str | None) -> None:
    kind = getattr(specs, "".join(part.title() for part in hook.split("_")))
    event = kind(installation=shop.key, active=active, configuration=items(values))
    getattr(shop.world.plugins.hook, hook)(event=event)


def test_hook_plugin_activated(shop: Shop) -> None:
    shop.configure(active=False)
    change(shop, "plugin_activated", active=True, time_zone="Europe/Athens")
    found = installation(shop)
    assert (found.active, found.configuration.time_zone) == (True, "Europe/Athens")


def test_hook_plugin_configured(shop: Shop) -> None:
    change(shop, "plugin_configured", active=True, expire_days="30")
    found = installation(shop)
    assert (found.active, found.configuration.expire_days) == (True, 30)


def test_hook_plugin_deactivated(shop: Shop) -> None:
    change(shop, "plugin_deactivated", active=False, expire_days="30")
    found = installation(shop)
    assert (found.active, found.configuration.expire_days) == (False, 30)
    shop.fire("order_fully_paid", shop.host.place(line()))
    shop.settle()
    assert shop.tally() == NOTHING


@every("hook", ["plugin_activated", "plugin_configured", "plugin_deactivated"])
def test_settings_that_are_refused_are_not_kept_and_the_platform_is_told(
    shop: Shop, hook: str
) -> None:
    before = installation(shop)
    with pytest.raises(specs.Refusal):
        change(shop, hook, active=hook != "plugin_deactivated", time_zone="Nowhere")
    assert installation(shop) == before


@every("value", [None, ""])
def test_an_empty_password_keeps_the_one_that_is_stored(shop: Shop, value: str | None) -> None:
    change(shop, "plugin_configured", active=True, api_password=value)
    sealed = installation(shop).configuration.api_password
    assert sealed is not None
    assert shop.ports.cipher.open(sealed) == DEFAULT_PASSWORD


def test_hook_plugin_state(shop: Shop) -> None:
    found = state(shop)
    assert (found.id, found.active) == ("bittitan", True)
    assert [value.name for value in found.configuration] == [
        field.name for field in manifest().configuration
    ]
    values = {value.name: value.value for value in found.configuration}
    assert (values["api_url"], values["automatic_cancellation"]) == (shop.sandbox.url, "false")


def test_a_password_is_never_shown(shop: Shop) -> None:
    shown = {value.name: value.value for value in state(shop).configuration}["api_password"]
    assert shown is not None
    assert DEFAULT_PASSWORD not in str(state(shop))
    assert len(shown.lstrip("…")) <= 4


def test_what_is_shown_can_be_given_back_as_it_is(shop: Shop) -> None:
    before = installation(shop)
    shown = {
        value.name: value.value for value in state(shop).configuration if value.type != "SECRET"
    }
    change(shop, "plugin_configured", active=True, **shown)
    assert installation(shop) == before


def forget_the_key_of_the_password(shop: Shop) -> None:
    lost = Cipher([generate_key()]).seal("lost")
    with shop.ports.store.installations() as installations:
        found = installations.by_id(shop.id)
        configuration = found.configuration.changed("api_password", lost)
        installations.save(replace(found, configuration=configuration))


def test_settings_can_still_be_seen_when_the_password_fits_no_key_any_more(shop: Shop) -> None:
    forget_the_key_of_the_password(shop)
    shown = {value.name: value.value for value in state(shop).configuration}
    assert (shown["api_password"], shown["api_url"]) == ("…", shop.sandbox.url)


def test_settings_with_a_password_that_fits_no_key_are_refused_on_it(shop: Shop) -> None:
    forget_the_key_of_the_password(shop)
    assert validate(shop, {"expire_days": "30"}) == ["api_password"]


def test_a_shop_that_never_said_anything_is_shown_switched_off(shop: Shop) -> None:
    event = specs.PluginStateRequested(installation=f"new-{uuid4().hex}")
    (found,) = shop.world.plugins.hook.plugin_state(event=event)
    values = {value.name: value.value for value in found.configuration}
    assert (found.active, values["coupon_source"]) == (False, CouponSource.API)


def test_hook_graphql_extension(shop: Shop) -> None:
    (extension,) = shop.world.plugins.hook.graphql_extension()
    assert isinstance(extension, specs.GraphQLExtension)
    classes: list[Any] = [extension.query, extension.mutation, *extension.mixins.values()]
    assert all(isinstance(found, type) for found in classes)
    assert {"Order", "User", "ProductVariant"} <= extension.mixins.keys()
