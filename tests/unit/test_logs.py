"""What smells of a secret does not reach the log."""

from typing import Any

from bittitan_plugin.base.logs import redact
from tests.tables import every


def logged(**values: Any) -> Any:
    return redact(None, "info", values)


@every(
    "name",
    ["password", "api_password", "Authorization", "coupon_code", "code", "app_token", "ticket",
     "SECRET_KEYS", "client_secret"],
)  # fmt: skip
def test_a_value_whose_name_suggests_a_secret_is_left_out(name: str) -> None:
    assert logged(**{name: "hunter2"}) == {name: "[redacted]"}


@every("name", ["event", "installation", "status_code", "error_code", "order"])
def test_harmless_values_are_kept(name: str) -> None:
    assert logged(**{name: "value"}) == {name: "value"}


def test_a_secret_inside_a_value_is_left_out_too() -> None:
    body = {"partner": {"password": "hunter2", "email": "a@b.c"}, "codes": ["AAAA"]}
    assert logged(body=body, rows=[{"code": "AAAA", "id": 1}]) == {
        "body": {"partner": {"password": "[redacted]", "email": "a@b.c"}, "codes": "[redacted]"},
        "rows": [{"code": "[redacted]", "id": 1}],
    }


def test_the_callers_own_value_is_not_changed() -> None:
    body = {"password": "hunter2"}
    logged(body=body)
    assert body == {"password": "hunter2"}
