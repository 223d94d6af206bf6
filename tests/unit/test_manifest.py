"""plugin.toml says what the code does, no more and no less."""

import tomllib
from dataclasses import fields
from enum import StrEnum
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

import bittitan_plugin
from bittitan_hooks.specs import ENTRY_POINT_GROUP, PROJECT, CommerceSpecs
from bittitan_plugin.base.manifest import FieldType, manifest, read_manifest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from tests.tables import every

MANIFEST = manifest()
ROOT = Path(__file__).parents[2]
PROJECT_FILE: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SETTINGS = {field.name: field for field in MANIFEST.configuration}


def marked(kind: type, marker: str) -> set[str]:
    return {name for name in dir(kind) if hasattr(getattr(kind, name), f"{PROJECT}_{marker}")}


def resolve(entry_point: str) -> object:
    module, _, name = entry_point.partition(":")
    return getattr(import_module(module), name)


def test_the_hooks_it_lists_are_those_a_platform_may_call() -> None:
    assert set(MANIFEST.hooks) == marked(CommerceSpecs, "spec")


def test_the_hooks_it_lists_are_those_the_plugin_implements() -> None:
    assert set(MANIFEST.hooks) == marked(BitTitanPlugin, "impl")


def test_no_hook_is_listed_twice() -> None:
    assert len(MANIFEST.hooks) == len(set(MANIFEST.hooks))


def test_its_settings_are_those_of_the_configuration() -> None:
    assert list(SETTINGS) == [field.name for field in fields(Configuration)]


def test_exactly_the_password_is_secret() -> None:
    secret = {name for name, field in SETTINGS.items() if field.type is FieldType.SECRET}
    assert secret == {"api_password"}


def test_exactly_the_switches_are_entered_as_switches() -> None:
    switches = {name for name, field in SETTINGS.items() if field.type is FieldType.BOOLEAN}
    assert switches == {
        field.name for field in fields(Configuration) if isinstance(field.default, bool)
    }


@every("name, choices", [("coupon_source", CouponSource), ("provision_on", ProvisionOn)])
def test_a_setting_with_choices_offers_all_of_them(name: str, choices: type[StrEnum]) -> None:
    assert list(SETTINGS[name].choices) == list(choices)


def test_choices_are_offered_in_words() -> None:
    for name, field in SETTINGS.items():
        assert list(field.options) == list(field.choices), name
        assert not {words for words in field.options.values() if words.isupper()}, name


def test_the_settings_of_one_group_stand_together() -> None:
    headings = [title for title, _ in groupby(field.group for field in SETTINGS.values())]
    assert len(headings) == len(set(headings))


def test_every_setting_is_explained() -> None:
    assert [name for name, field in SETTINGS.items() if not (field.label and field.help)] == []


def test_its_version_is_the_packages() -> None:
    assert MANIFEST.version == bittitan_plugin.__version__ == PROJECT_FILE["version"]


def test_its_permissions_are_those_that_are_asked_for() -> None:
    assert set(MANIFEST.permissions) == set(Permission)


def test_its_entry_point_is_the_one_the_package_announces() -> None:
    assert PROJECT_FILE["entry-points"][ENTRY_POINT_GROUP] == {MANIFEST.id: MANIFEST.entry_point}


def test_its_entry_point_is_the_plugin() -> None:
    assert isinstance(resolve(MANIFEST.entry_point), BitTitanPlugin)


def test_its_graphql_entry_point_is_there() -> None:
    assert callable(resolve(MANIFEST.graphql_entry_point))


def test_a_manifest_that_says_too_little_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plugin.toml"
    path.write_text('id = "bittitan"\nconfiguration = []\n')
    with pytest.raises(TypeError, match="version"):
        read_manifest(path)
