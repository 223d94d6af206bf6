"""The plugin's settings as every form shows them, made from ``plugin.toml``'s declaration."""

from collections.abc import Mapping
from dataclasses import dataclass

from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.manifest import ConfigurationField, FieldType, manifest
from bittitan_plugin.services.installations import shown_values
from bittitan_plugin.services.ports import Ports


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One setting on the form."""

    field: ConfigurationField
    #: As it is stored, masked if it is a secret, and as it stands in the form.
    stored: str
    typed: str
    error: str | None = None

    @property
    def is_secret(self) -> bool:
        """Whether it is shown masked and typed unseen."""
        return self.field.type is FieldType.SECRET

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.field.type is FieldType.BOOLEAN


def setting_entries(
    ports: Ports,
    configuration: Configuration,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Entry]:
    """Every setting as it is stored, or as it was typed and refused."""
    shown = {name: value or "" for name, value in shown_values(ports, configuration).items()}
    standing = shown | dict(typed or {})
    return [
        Entry(
            field=field,
            stored=shown[field.name],
            typed=standing[field.name],
            error=(errors or {}).get(field.name),
        )
        for field in manifest().configuration
    ]
