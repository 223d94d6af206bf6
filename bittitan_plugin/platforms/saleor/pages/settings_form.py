"""The plugin's settings as a form in Saleor's Dashboard, made from ``plugin.toml``'s declaration.

Storing fires the same hooks as on every platform. The form opens even with invalid settings,
because staff correct them here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pluggy import PluginManager
from pydantic import ValidationError

from bittitan_hooks import specs
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.web.settings_entries import SAME_ACCOUNT, Entry, setting_entries, ticked


@dataclass(frozen=True, kw_only=True)
class Change:
    """The values that were sent, and their errors by field; ``""`` is the whole form."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    #: Whether staff must first answer if it is the same BitTitan account.
    asked: bool = False


def entries(ports: Ports, installation: Installation, change: Change | None = None) -> list[Entry]:
    """The form's entries: as stored, or as sent and refused."""
    typed, errors = (change.typed, change.errors) if change else ({}, {})
    return setting_entries(ports, installation.configuration, typed=typed, errors=errors)


def save(
    plugins: PluginManager,
    installation: Installation,
    form: Sequence[Entry],
    sent: Mapping[str, str],
    *,
    active: bool | None,
    changed_by: str,
) -> Change | None:
    """Store the changed values, and switch on or off if asked.

    Returns None when it is stored, otherwise the errors; then nothing was changed.
    """
    typed = _typed(form, sent)
    stored = {entry.field.name: entry.stored for entry in form}
    values = {name: value for name, value in typed.items() if value != stored[name]}
    fields = {
        "installation": installation.key,
        "active": installation.active if active is None else active,
        "configuration": [{"name": name, "value": value} for name, value in values.items()],
        "changed_by": changed_by,
        "same_account": SAME_ACCOUNT.get(sent.get("same_account", "")),
    }
    try:
        asked = specs.ConfigurationValidate.model_validate(fields)
        refusals = [
            each for answer in plugins.hook.configuration_validate(event=asked) for each in answer
        ]
        if refusals:
            return Change(
                typed=typed,
                errors={each.field or "": each.message for each in refusals},
                asked=any(each.code is ErrorCode.CONFIRMATION_REQUIRED for each in refusals),
            )
        _tell(plugins, fields, active)
    except ValidationError:
        return Change(typed=typed, errors={"": "A value is far too long. Nothing was changed."})
    except Refusal as refusal:
        return Change(typed=typed, errors={refusal.field or "": refusal.message})
    return None


def _typed(form: Sequence[Entry], sent: Mapping[str, str]) -> dict[str, str]:
    """The values that were sent; an empty secret is not changed."""
    found = {}
    for entry in form:
        name = entry.field.name
        if entry.field.several:
            if f"was.{name}" in sent:
                found[name] = ticked(entry.field, sent)
        elif entry.is_switch:
            if f"was.{name}" in sent:
                found[name] = "true" if sent.get(name) == "true" else "false"
        elif name in sent and (sent[name].strip() or not entry.is_secret):
            found[name] = sent[name].strip()
    return found


def _tell(plugins: PluginManager, fields: Mapping[str, object], active: bool | None) -> None:
    if active is None:
        plugins.hook.plugin_configured(event=specs.PluginConfigured.model_validate(fields))
    elif active:
        plugins.hook.plugin_activated(event=specs.PluginActivated.model_validate(fields))
    else:
        plugins.hook.plugin_deactivated(event=specs.PluginDeactivated.model_validate(fields))
