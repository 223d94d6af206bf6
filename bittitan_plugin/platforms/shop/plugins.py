"""Shows the plugins to staff and changes their settings, which each plugin keeps itself."""

from collections.abc import Sequence

import structlog
from pydantic import ValidationError

from bittitan_hooks import specs
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import LONGEST_NAME, quoted
from bittitan_plugin.platforms.shop.hook_calls import HookCaller, reject

log = structlog.get_logger(__name__)


class Plugins:
    """Lists plugins and changes their settings, which takes effect with the next request."""

    def __init__(self, announcer: HookCaller) -> None:
        self._announcer = announcer

    def all(self) -> list[specs.PluginState]:
        """Every plugin that answers, by id; secrets are masked by the plugin."""
        return sorted((state for _, state in self._announcer.states()), key=lambda it: it.id)

    def find(self, plugin_id: str) -> specs.PluginState | None:
        """The plugin with that id."""
        return next((state for state in self.all() if state.id == plugin_id), None)

    def update(
        self,
        plugin_id: str,
        *,
        active: bool | None,
        configuration: Sequence[tuple[str, str | None]],
        changed_by: str,
        same_account: bool | None = None,
    ) -> specs.PluginState:
        """Validate, then have the plugin store the settings. Returns its state afterwards.

        ``same_account`` is staff's answer whether it is the same vendor's account, where asked.
        Raises ``Refusal`` or ``PluginsRejected`` with nothing changed.
        """
        name, state = self._existing(plugin_id)
        fields = {
            "installation": self._announcer.installation,
            "active": state.active if active is None else active,
            "configuration": tuple(_item(key, value) for key, value in configuration),
            "changed_by": changed_by,
            "same_account": same_account,
        }
        self._validate(name, specs.ConfigurationValidate.model_validate(fields))
        change = _change(state.active, active)
        if change is not None or configuration or same_account is not None:
            hook, kind = change or ("plugin_configured", specs.PluginConfigured)
            self._tell(name, hook, kind.model_validate(fields))
        return self._existing(plugin_id)[1]

    def _existing(self, plugin_id: str) -> tuple[str, specs.PluginState]:
        for name, state in self._announcer.states():
            if state.id == plugin_id:
                return name, state
        raise Refusal(ErrorCode.NOT_FOUND, f"There is no plugin {quoted(plugin_id)}.", field="id")

    def _validate(self, name: str, event: specs.ConfigurationValidate) -> None:
        answers = self._tell(name, "configuration_validate", event)
        reject([refusal for answer in answers for refusal in answer or ()])

    def _tell(self, name: str, hook: str, event: specs.Event) -> list[Sequence[specs.HookRefusal]]:
        try:
            return self._announcer.ask(name, hook, event)
        except Refusal:
            raise
        except Exception:
            log.exception("hook failed", hook=hook, plugin=name)
            raise Refusal(
                ErrorCode.PLUGIN_MISCONFIGURED,
                "The plugin failed over these settings; the log says why.",
            ) from None


def _item(name: str, value: str | None) -> specs.ConfigurationItem:
    try:
        return specs.ConfigurationItem(name=name, value=value)
    except ValidationError:
        raise Refusal(
            ErrorCode.INVALID, "That name or value is far too long.", field=name[:LONGEST_NAME]
        ) from None


def _change(
    was_active: bool, active: bool | None
) -> tuple[str, type[specs.PluginActivated] | type[specs.PluginDeactivated]] | None:
    if active is None or active == was_active:
        return None
    if active:
        return "plugin_activated", specs.PluginActivated
    return "plugin_deactivated", specs.PluginDeactivated
