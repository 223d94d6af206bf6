"""domain.md, Activation and catalogue, 1: settings are asked of the vendor before they are kept."""

from typing import Any

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD
from tests.integration.ordering.storefront import Storefront

#: A port nothing listens on.
NOBODY = "http://127.0.0.1:9"


def only_error(answer: Any) -> tuple[str, str]:
    (error,) = answer["errors"]
    return error["field"], error["code"]


def test_the_service_is_switched_on_by_filling_in_its_settings(storefront: Storefront) -> None:
    storefront.update_plugin(active=False)
    answer = storefront.update_plugin(
        active=True,
        api_url=storefront.shop.sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=DEFAULT_PASSWORD,
    )
    assert (answer["errors"], storefront.settings()["active"]) == ([], True)


def test_a_wrong_password_is_named_on_api_password(storefront: Storefront) -> None:
    answer = storefront.update_plugin(api_password="wrong")
    assert only_error(answer) == ("api_password", "PLUGIN_MISCONFIGURED")


def test_an_unreachable_address_is_named_on_api_url(storefront: Storefront) -> None:
    answer = storefront.update_plugin(api_url=NOBODY, api_password=DEFAULT_PASSWORD)
    assert only_error(answer) == ("api_url", "PLUGIN_MISCONFIGURED")


def test_an_untrusted_certificate_is_named_on_api_url(
    storefront: Storefront, untrusted_url: str
) -> None:
    answer = storefront.update_plugin(api_url=untrusted_url, api_password=DEFAULT_PASSWORD)
    assert only_error(answer) == ("api_url", "PLUGIN_MISCONFIGURED")
    assert "certificate" in answer["errors"][0]["message"]


def test_a_wrong_time_zone_is_named_on_time_zone(storefront: Storefront) -> None:
    answer = storefront.update_plugin(time_zone="Mars/Olympus")
    assert only_error(answer) == ("time_zone", "INVALID")


@pytest.mark.parametrize(
    "values",
    [{"api_password": "wrong"}, {"api_url": NOBODY}, {"time_zone": "Mars/Olympus"}],
    ids=["password", "address", "time zone"],
)
def test_the_old_configuration_stays_when_one_setting_is_refused(
    storefront: Storefront, values: dict[str, Any]
) -> None:
    before = storefront.settings()
    storefront.update_plugin(active=True, expire_days="30", **values)
    assert storefront.settings() == before


def test_secrets_come_back_masked(storefront: Storefront) -> None:
    shown = storefront.settings()["api_password"]
    assert shown.endswith(DEFAULT_PASSWORD[-4:])
    assert DEFAULT_PASSWORD not in shown


def test_a_null_leaves_a_setting_unchanged(storefront: Storefront) -> None:
    before = storefront.settings()
    answer = storefront.update_plugin(active=True, api_password=None, api_email=None)
    assert (answer["errors"], storefront.settings()) == ([], before)


def test_an_empty_address_is_required_while_the_plugin_is_on(storefront: Storefront) -> None:
    assert only_error(storefront.update_plugin(api_url="")) == ("api_url", "REQUIRED")


@pytest.mark.parametrize("length", [256, 5000])
@pytest.mark.parametrize("name", ["api_url", "api_email", "api_password", "time_zone"])
def test_a_value_of_more_than_255_characters_is_invalid(
    storefront: Storefront, name: str, length: int
) -> None:
    before = storefront.settings()
    given: dict[str, Any] = {name: "x" * length}
    answer = storefront.update_plugin(**given)
    assert (only_error(answer), storefront.settings()) == ((name, "INVALID"), before)


def test_a_setting_that_does_not_exist_is_named(storefront: Storefront) -> None:
    assert only_error(storefront.update_plugin(api_key="x")) == ("api_key", "INVALID")


def test_another_account_is_asked_about_while_coupons_are_unused(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller)
    before, elsewhere = storefront.settings(), another_address(storefront)
    answer = storefront.update_plugin(api_url=elsewhere, api_password=DEFAULT_PASSWORD)
    assert only_error(answer) == ("api_url", "CONFIRMATION_REQUIRED")
    assert "unused coupon" in answer["errors"][0]["message"]
    assert storefront.settings() == before


def test_what_staff_say_of_the_account_is_done(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller)
    answer = storefront.update_plugin(
        api_url=another_address(storefront), api_password=DEFAULT_PASSWORD, same_account=True
    )
    assert answer["errors"] == []
    answer = storefront.update_plugin(
        api_url=storefront.shop.sandbox.url, api_password=DEFAULT_PASSWORD, same_account=True
    )
    assert answer["errors"] == []


def another_address(storefront: Storefront) -> str:
    """Where the same vendor answers, too."""
    return storefront.shop.sandbox.url.replace("127.0.0.1", "localhost")


def test_switching_off_destroys_nothing(storefront: Storefront) -> None:
    order = storefront.buy(storefront.reseller)
    before = storefront.settings()
    storefront.update_plugin(active=False)
    assert storefront.order(order["id"])["bittitanAssets"] == order["bittitanAssets"]
    storefront.update_plugin(active=True)
    assert storefront.settings() == before


def test_the_mask_given_back_leaves_the_password_unchanged(storefront: Storefront) -> None:
    shown = storefront.settings()["api_password"]
    answer = storefront.update_plugin(active=True, api_password=shown)
    assert answer["errors"] == []


def test_a_source_of_coupons_there_is_none_of_is_refused(storefront: Storefront) -> None:
    answer = storefront.update_plugin(coupon_source="MOON")
    assert only_error(answer) == ("coupon_source", "INVALID")
