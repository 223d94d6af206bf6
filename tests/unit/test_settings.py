"""Settings of the process: what is wrong with them is said at once, and secrets are not."""

import os
from pathlib import Path

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Environment, InvalidSettings, Settings, load_settings
from bittitan_plugin.platforms.saleor.settings import SaleorSettings
from tests.tables import every

KEY = generate_key()
WRONG = {
    "BITTITAN_DATABASE_URL": "mysql://root:hunter2@db/shop",
    "BITTITAN_SECRET_KEYS": f"{KEY},hunter2",
    "BITTITAN_SMTP_URL": "http://user:hunter2@mail",
    "BITTITAN_ENVIRONMENT": "prod",
    "BITTITAN_WORKER_CONCURRENCY": "0",
    "BITTITAN_LOG_FORMAT": "xml",
    "BITTITAN_METRICS_TOKEN": "hunter2",
}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("BITTITAN_"):
            monkeypatch.delenv(name)


def put(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def complaint() -> str:
    with pytest.raises(InvalidSettings) as wrong:
        load_settings()
    return str(wrong.value)


def test_in_development_nothing_needs_to_be_set() -> None:
    assert load_settings().database == f"sqlite:///{Path('var') / 'bittitan.sqlite'}"


@every("name", WRONG)
def test_a_wrong_setting_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as alone:
        put(alone, {name: WRONG[name]})
        assert f"{name}: " in complaint()


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, WRONG)
    text = complaint()
    assert [name for name in WRONG if f"{name}: " not in text] == []


def test_a_complaint_never_repeats_what_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, WRONG)
    assert "hunter2" not in complaint()


def test_production_refuses_to_start_without_a_database_and_keys_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(monkeypatch, {"BITTITAN_ENVIRONMENT": "production"})
    text = complaint()
    assert "BITTITAN_DATABASE_URL: " in text
    assert "BITTITAN_SECRET_KEYS: " in text


def test_what_production_lacks_is_named_along_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(monkeypatch, {"BITTITAN_ENVIRONMENT": "production", "BITTITAN_WORKER_CONCURRENCY": "0"})
    text = complaint()
    assert "BITTITAN_DATABASE_URL: " in text
    assert "BITTITAN_WORKER_CONCURRENCY: " in text


def test_production_refuses_to_start_where_orders_would_pay_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(monkeypatch, {"BITTITAN_ENVIRONMENT": "production", "BITTITAN_DEMO_PAYMENTS": "true"})
    assert "BITTITAN_DEMO_PAYMENTS: " in complaint()


def test_keys_of_nothing_but_commas_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch,
        {
            "BITTITAN_ENVIRONMENT": "production",
            "BITTITAN_DATABASE_URL": "postgresql://db/shop",
            "BITTITAN_SECRET_KEYS": " , ",
        },
    )
    assert "BITTITAN_SECRET_KEYS: " in complaint()


def test_production_starts_once_both_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch,
        {
            "BITTITAN_ENVIRONMENT": "production",
            "BITTITAN_DATABASE_URL": "postgresql://db/shop",
            "BITTITAN_SECRET_KEYS": KEY,
        },
    )
    assert load_settings().environment is Environment.PRODUCTION


@pytest.mark.parametrize("url", ["sqlite:///a.db", "postgresql://db/a", "postgresql+psycopg://db"])
def test_sqlite_and_postgresql_are_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"BITTITAN_DATABASE_URL": url})
    assert load_settings().database == url


def test_several_keys_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    second = generate_key()
    put(monkeypatch, {"BITTITAN_SECRET_KEYS": f"{KEY}, {second} ,"})
    assert load_settings().keys() == (KEY, second)


@every(
    "url",
    [
        "shop.example",
        "//shop.example",
        "ftp://shop.example",
        "javascript:alert(1)",
        "https://",
        "https:// shop.example",
        " https://shop.example",
        "https://shop.example ",
        "https://shop.example/a b",
        "https://me@shop.example",
        "https://shop.example?next=",
        "https://shop.example:port",
        "",
    ],
)
def test_a_public_address_that_no_browser_could_open_is_refused_at_start(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        put(patch, {"BITTITAN_PUBLIC_URL": url})
        said = complaint()
    assert "BITTITAN_PUBLIC_URL: " in said
    assert "https://shop.example" in said


@every("url", ["https://shop.example", "http://127.0.0.1:8000", "https://shop.example/licences/"])
def test_a_public_address_is_taken_as_it_is(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        put(patch, {"BITTITAN_PUBLIC_URL": url})
        assert load_settings().public_url == url


def test_several_saleor_addresses_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"BITTITAN_SALEOR_ALLOWED_URLS": "https://a.example/, https://b.example/"})
    assert SaleorSettings().allowed_urls == ("https://a.example/", "https://b.example/")


def test_a_platform_s_wrong_settings_are_named_with_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {"BITTITAN_SALEOR_ALLOWED_URLS": "shop.example", "BITTITAN_PUBLIC_URL": "shop.example"}
    put(monkeypatch, wrong)
    with pytest.raises(InvalidSettings) as raised:
        load_settings(SaleorSettings)
    assert [name for name in wrong if name not in str(raised.value)] == []


def test_settings_can_be_logged_without_giving_a_secret_away() -> None:
    settings = Settings(
        database_url="postgresql://shop:hunter2@db/shop",
        secret_keys=(KEY,),
        smtp_url="smtps://user:hunter2@mail",
    )
    assert "hunter2" not in repr(settings)
    assert KEY not in repr(settings)
