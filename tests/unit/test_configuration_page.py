"""docs/reference/configuration.md names every setting of the process and of the plugin."""

import re
from pathlib import Path

from pydantic_settings import BaseSettings

from bittitan_plugin.base.manifest import ConfigurationField, manifest
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.platforms.registry import installed_kinds

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "configuration.md").read_text(
    encoding="utf-8"
)
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", PAGE, flags=re.MULTILINE)
NAMES = [name for name, _, _ in ROWS]


def test_every_setting_of_the_process_is_documented_and_no_other() -> None:
    documented = [name for name in NAMES if name.startswith("BITTITAN_")]
    kinds: list[type[BaseSettings]] = [Settings]
    kinds += [kind.settings for kind in installed_kinds().values()]
    assert documented == [
        f"{kind.model_config.get('env_prefix')}{name.upper()}"
        for kind in kinds
        for name in kind.model_fields
    ]


def test_every_setting_of_the_plugin_is_documented_and_no_other() -> None:
    documented = [name for name in NAMES if not name.startswith("BITTITAN_")]
    assert documented == [field.name for field in manifest().configuration]


def test_a_plugin_setting_is_described_in_the_words_of_its_form() -> None:
    described = {name: meaning for name, _, meaning in ROWS}
    assert [
        field.name
        for field in manifest().configuration
        if described[field.name] != f"{field.label}. {field.help}{_choices(field)}"
    ] == []


def _choices(field: ConfigurationField) -> str:
    """The values to write, each with the words that the form shows for it."""
    written = "; ".join(
        f"`{value}`: {words}" if value else f"empty: {words}"
        for value, words in field.options.items()
    )
    return f" {'Any of ' if field.several else ''}{written}." if written else ""
