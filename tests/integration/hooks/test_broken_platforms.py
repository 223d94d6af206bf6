"""A package of a platform that does not work is named, and stops neither others nor the process."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bittitan_hooks.specs import plugin_manager
from bittitan_plugin.base.settings import InvalidSettings, load_settings
from bittitan_plugin.cli.commands import app
from bittitan_plugin.cli.doctor import Finding, examine
from bittitan_plugin.cli.rotate import rotate_secrets
from bittitan_plugin.domain.errors import NotServedHere, PlatformUnavailable
from bittitan_plugin.platforms.registry import installed_kinds
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.workflows.timetable import Timetable
from tests.fakes.host import FakePlatform
from tests.integration.hooks import acme
from tests.world import Shop

HERE = acme.__name__
#: Asked before every other: names are sorted.
NAME = "a-broken-one"

UNUSABLE = {
    "no_such_package:kind": "no_such_package",
    f"{HERE}:no_such_name": "no_such_name",
    f"{HERE}:PASSWORD": "no PlatformKind",
    f"{HERE}:unconnectable": "out of order",
    f"{HERE}:unconnected": "no PlatformConnection",
}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> Iterator[Application]:
    """All is well but one platform that fails at everything it is asked."""
    acme.install(monkeypatch, NAME, f"{HERE}:broken")
    yield from built(shop)


def built(shop: Shop) -> Iterator[Application]:
    application = build(shop.world.application.settings)
    yield application
    application.close()


def found_by_doctor(application: Application) -> Finding:
    return next(it for it in examine(application) if NAME in it.check)


@pytest.mark.parametrize(("value", "why"), UNUSABLE.items())
def test_one_that_cannot_be_used_is_left_out_and_named(
    value: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    shop: Shop,
    capsys: pytest.CaptureFixture[str],
) -> None:
    acme.install(monkeypatch, NAME, value)
    for application in built(shop):
        assert (NAME in application.connections, "saleor" in application.connections) == (0, 1)
        finding = found_by_doctor(application)
    assert (finding.ok, why in finding.message, "uninstall" in finding.mend) == (False, True, True)
    [told] = [line for line in capsys.readouterr().err.splitlines() if f"platform={NAME}" in line]
    assert ("[error" in told, why in told) == (True, True)


def test_one_with_the_name_of_another_does_not_take_its_place(
    monkeypatch: pytest.MonkeyPatch, shop: Shop
) -> None:
    kinds = installed_kinds()
    acme.install(monkeypatch, "saleor", f"{HERE}:kind")
    assert installed_kinds()["saleor"] is kinds["saleor"]
    for application in built(shop):
        assert f"{HERE}:kind" in str(application.platform_faults["saleor"])


def test_what_others_serve_goes_on_while_one_cannot_say_what_it_serves(
    monkeypatch: pytest.MonkeyPatch, broken: Application, shop: Shop
) -> None:
    platform = FakePlatform()
    monkeypatch.setattr(broken.connections["saleor"], "platform_of", lambda _id: platform)
    assert broken.ports.platforms.of(shop.id) is platform


def test_what_it_may_serve_waits_for_a_process_where_it_works(
    broken: Application, shop: Shop
) -> None:
    with pytest.raises(NotServedHere, match=f"'{NAME}'.*out of order"):
        broken.ports.platforms.of(shop.id)


def test_a_platform_that_may_not_be_called_now_is_not_taken_for_a_broken_one(
    monkeypatch: pytest.MonkeyPatch, broken: Application, shop: Shop
) -> None:
    failure: Exception = PlatformUnavailable("switched off")

    def refuse(_id: object) -> None:
        raise failure

    monkeypatch.setattr(broken.connections[NAME], "platform_of", refuse)
    with pytest.raises(PlatformUnavailable, match="switched off"):
        broken.ports.platforms.of(shop.id)
    failure = OperationalError("SELECT 1", {}, Exception())
    with pytest.raises(OperationalError):
        broken.ports.platforms.of(shop.id)


def test_a_chore_that_fails_is_logged_with_its_platform_s_name(broken: Application) -> None:
    (mine,) = (chore for chore in broken.chores() if chore.__name__.startswith(NAME))
    done: list[str] = []
    chores = (mine, lambda: done.append("the next"))
    with capture_logs() as logs:
        Timetable(broken.ports, duties=(), chores=chores).look()
    assert [line["duty"] for line in logs if line["event"] == "duty_failed"] == [f"{NAME}.look"]
    assert done == ["the next"]


def test_the_doctor_goes_on_when_one_cannot_say_how_it_is(broken: Application, shop: Shop) -> None:
    found = {finding.check: finding for finding in examine(broken)}
    assert "out of order" in found[f"platform '{NAME}' for '{shop.key}'"].message
    assert f"history of '{shop.key}'" in found


def test_the_doctor_finds_one_that_cannot_say_what_it_serves(
    monkeypatch: pytest.MonkeyPatch, broken: Application
) -> None:
    monkeypatch.setattr(broken.connections[NAME], "conditions", lambda _installation: iter(()))
    assert "out of order" in found_by_doctor(broken).message


def test_the_others_are_served_when_one_has_no_addresses(
    monkeypatch: pytest.MonkeyPatch, broken: Application
) -> None:
    theirs: list[Any] = [object()]
    monkeypatch.setattr(broken.connections["saleor"], "routes", lambda *_, **__: theirs)
    plugins = plugin_manager(load_installed=False)
    with capture_logs() as logs:
        assert broken.routes(plugins, development=False, graphql=Starlette()) == theirs
    assert NAME in [line.get("platform") for line in logs]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("BITTITAN_VAR_DIR", str(tmp_path))
    return CliRunner()


@pytest.mark.parametrize("value", ["no_such_package:kind", f"{HERE}:broken"])
def test_migrate_ends_with_1_and_names_it_and_has_migrated_all_others(
    value: str, terminal: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.install(monkeypatch, NAME, value)
    done = terminal.invoke(app, ["migrate"])
    assert (done.exit_code, f"platform '{NAME}'" in done.stderr) == (1, True)
    application = build(load_settings())
    application.check()
    application.close()


def test_no_key_is_called_needless_while_a_platform_s_secrets_are_not_known(
    monkeypatch: pytest.MonkeyPatch, shop: Shop
) -> None:
    acme.install(monkeypatch, NAME, "no_such_package:kind")
    said = io.StringIO()
    for application in built(shop):
        assert rotate_secrets(application, console=Console(file=said, width=200)) == 1
    assert f"'{NAME}'" in said.getvalue()
    assert "no longer needed" not in said.getvalue()


def test_secrets_are_rotated_before_one_has_made_its_tables(
    monkeypatch: pytest.MonkeyPatch, shop: Shop
) -> None:
    acme.install(monkeypatch, "acme", f"{HERE}:kind")
    for application in built(shop):
        assert rotate_secrets(application, console=Console(file=io.StringIO())) == 0


class Demanding(BaseSettings):
    """Settings whose faults have no field of their own."""

    model_config = SettingsConfigDict(env_prefix="BITTITAN_ACME_")

    shops: list[str] = ["a"]

    @model_validator(mode="after")
    def _some(self) -> "Demanding":
        if not self.shops:
            raise ValueError("name a shop")
        return self


@pytest.mark.parametrize(("text", "why"), [("[]", "name a shop"), ("hunter2", '"shops"')])
def test_what_is_wrong_with_its_settings_is_named_with_their_prefix(
    text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITTITAN_ACME_SHOPS", text)
    with pytest.raises(InvalidSettings) as wrong:
        load_settings(Demanding)
    assert "BITTITAN_ACME_" in str(wrong.value)
    assert why in str(wrong.value)
    assert "hunter2" not in str(wrong.value)


def test_its_settings_are_checked_where_a_host_starts_the_plugin_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    acme.install(monkeypatch, "acme", f"{HERE}:kind")
    monkeypatch.setenv("BITTITAN_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("BITTITAN_ACME_GREETING", "good morning to all of you")
    with pytest.raises(InvalidSettings, match="BITTITAN_ACME_GREETING"):
        BitTitanPlugin().application()
