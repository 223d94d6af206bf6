"""Handles life-cycle events: attaching to a platform, on and off, settings, the schema."""

from collections.abc import Sequence

from bittitan_hooks.events import (
    ConfigurationEvent,
    ConfigurationValidate,
    PluginActivated,
    PluginConfigured,
    PluginDeactivated,
    PluginStateRequested,
)
from bittitan_hooks.results import (
    ConfigurationValue,
    GraphQLExtension,
    HookRefusal,
    PluginState,
)
from bittitan_hooks.specs import hookimpl
from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.plugin.guard import PortsProvider
from bittitan_plugin.services.installations import (
    configure,
    open_installation,
    shown_values,
    validate,
)
from bittitan_plugin.services.ports import Tenant


class LifecycleHooks:
    """Implements the life-cycle hooks except ``host_started``, which needs the wiring."""

    def __init__(self, ports: PortsProvider) -> None:
        self._ports = ports

    @hookimpl
    def configuration_validate(self, event: ConfigurationValidate) -> Sequence[HookRefusal]:
        """Check the settings, asking the vendor if the plugin will be on; changes nothing."""
        refusals = validate(
            self._ports(),
            event.installation,
            _values(event),
            active=event.active,
            same_account=event.same_account,
        )
        return [
            HookRefusal(code=refusal.code, message=refusal.message, field=refusal.field)
            for refusal in refusals
        ]

    @hookimpl
    def plugin_activated(self, event: PluginActivated) -> None:
        """Store the settings and begin to act on events."""
        self._configure(event, active=True)

    @hookimpl
    def plugin_configured(self, event: PluginConfigured) -> None:
        """Store the settings."""
        self._configure(event, active=event.active)

    @hookimpl
    def plugin_deactivated(self, event: PluginDeactivated) -> None:
        """Stop acting on events; what runs finishes, nothing is destroyed."""
        self._configure(event, active=False)

    @hookimpl
    def plugin_state(self, event: PluginStateRequested) -> PluginState:
        """The plugin as it may be shown."""
        ports = self._ports()
        installation = open_installation(ports, event.installation)
        values = shown_values(ports, installation.configuration)
        about = manifest()
        return PluginState(
            id=about.id,
            name=about.name,
            description=about.description,
            active=installation.active,
            configuration=tuple(
                ConfigurationValue(
                    name=field.name,
                    type=field.type.value,
                    value=values[field.name],
                    label=field.label,
                    help_text=field.help,
                )
                for field in about.configuration
            ),
        )

    @hookimpl
    def graphql_extension(self) -> GraphQLExtension:
        """The classes a Python host merges; imported here, because Strawberry is not light."""
        from bittitan_graphql.extension import build_extension

        def tenant_of(key: str) -> Tenant:
            ports = self._ports()
            return Tenant(ports, open_installation(ports, key).id)

        return build_extension(tenant_of)

    def _configure(self, event: ConfigurationEvent, *, active: bool) -> None:
        configure(
            self._ports(),
            event.installation,
            _values(event),
            active=active,
            same_account=event.same_account,
            changed_by=event.changed_by,
        )


def _values(event: ConfigurationEvent) -> dict[str, str | None]:
    return {item.name: item.value for item in event.configuration}
