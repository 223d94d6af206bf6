"""Plugins as staff see them."""

from enum import StrEnum

import strawberry

from bittitan_hooks import specs


@strawberry.enum
class ConfigurationTypeFieldEnum(StrEnum):
    """How a setting is entered."""

    STRING = "STRING"
    BOOLEAN = "BOOLEAN"
    SECRET = "SECRET"  # noqa: S105 - the name of a kind of field


@strawberry.type
class ConfigurationItem:
    """A setting; a secret shows its last characters only."""

    name: str
    value: str | None
    type: ConfigurationTypeFieldEnum | None
    help_text: str | None
    label: str | None


@strawberry.type
class PluginConfiguration:
    """Whether a plugin is on, and how it is set up. This host has one channel for all."""

    active: bool
    configuration: list[ConfigurationItem]


@strawberry.type
class Plugin:
    """An installed plugin."""

    id: strawberry.ID
    name: str
    description: str
    global_configuration: PluginConfiguration | None


def plugin_of(state: specs.PluginState) -> Plugin:
    """A plugin for the wire."""
    return Plugin(
        id=strawberry.ID(state.id),
        name=state.name,
        description=state.description,
        global_configuration=PluginConfiguration(
            active=state.active,
            configuration=[_item(value) for value in state.configuration],
        ),
    )


def _item(value: specs.ConfigurationValue) -> ConfigurationItem:
    known = value.type in ConfigurationTypeFieldEnum.__members__
    return ConfigurationItem(
        name=value.name,
        value=value.value,
        type=ConfigurationTypeFieldEnum(value.type) if known else None,
        help_text=value.help_text,
        label=value.label,
    )
