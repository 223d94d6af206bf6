"""Reads ``plugin.toml``: what the plugin is and which settings it has, for platforms and forms."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any


class FieldType(StrEnum):
    """How a setting is entered and shown; names after Saleor's."""

    STRING = "STRING"
    BOOLEAN = "BOOLEAN"
    #: Shown as its last four characters.
    SECRET = "SECRET"  # noqa: S105 - a kind of field, not one


class Picker(StrEnum):
    """What forms offer for a value that is neither any text nor one of a few choices."""

    TIME_ZONE = "TIME_ZONE"


@dataclass(frozen=True, kw_only=True)
class ConfigurationField:
    """One setting as a form shows it."""

    name: str
    #: The heading under which it stands.
    group: str
    type: FieldType
    label: str
    help: str
    choices: tuple[str, ...] = ()
    #: The choices in words, in their order.
    choice_labels: tuple[str, ...] = ()
    #: Whether any number of the choices can be chosen; then its value is a list with commas.
    several: bool = False
    #: How it is chosen where a line of text would not do.
    picker: Picker | None = None

    @property
    def options(self) -> dict[str, str]:
        """Each choice with its words."""
        return dict(zip(self.choices, self.choice_labels, strict=True))


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The contents of ``plugin.toml``."""

    id: str
    name: str
    version: str
    description: str
    host_api_version: str
    entry_point: str
    graphql_entry_point: str
    permissions: tuple[str, ...]
    hooks: tuple[str, ...]
    configuration: tuple[ConfigurationField, ...]


@cache
def manifest() -> Manifest:
    """This plugin's manifest."""
    return read_manifest(_location())


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises ``KeyError`` or ``TypeError`` where it is incomplete."""
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = tuple(
        ConfigurationField(
            **{
                **entry,
                "type": FieldType(entry["type"]),
                "choices": tuple(entry.get("choices", ())),
                "picker": Picker(entry["picker"]) if "picker" in entry else None,
                "choice_labels": tuple(entry.get("choice_labels", ())),
            }
        )
        for entry in data.pop("configuration")
    )
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
    }
    return Manifest(**values, configuration=fields)


def _location() -> Path:
    # In a wheel the file is inside the package, in a checkout beside it.
    packaged = Path(__file__).with_name("plugin.toml")
    return packaged if packaged.exists() else Path(__file__).parents[2] / "plugin.toml"
