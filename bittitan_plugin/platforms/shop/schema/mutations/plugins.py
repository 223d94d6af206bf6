"""Switching plugins on and off, and setting them up."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop.schema.context import (
    IdArgument,
    ShopInfo,
    platform,
    run,
    viewer,
)
from bittitan_plugin.platforms.shop.schema.errors import PluginError
from bittitan_plugin.platforms.shop.schema.fields import mutation
from bittitan_plugin.platforms.shop.schema.types.plugins import Plugin, plugin_of


@strawberry.input
class ConfigurationItemInput:
    """A setting's new value; null leaves it as it is."""

    name: str
    value: str | None = None


@strawberry.input
class PluginUpdateInput:
    """What to change."""

    active: bool | None = None
    configuration: list[ConfigurationItemInput] | None = None
    same_account: bool | None = strawberry.field(
        default=None,
        description="Whether the settings lead to the same account of the other side as before, "
        "under another address or sign-in. Asked for, by the error CONFIRMATION_REQUIRED, where "
        "what was sold from the account before depends on the answer.",
    )


@strawberry.type
class PluginUpdate:
    """The plugin after the change."""

    plugin: Plugin | None = None
    errors: list[PluginError] = strawberry.field(default_factory=list)


@strawberry.type
class PluginMutation:
    """Plugins."""

    @mutation(needs=Permission.MANAGE_PLUGINS)
    async def plugin_update(
        self, info: ShopInfo, plugin_id: IdArgument, input: PluginUpdateInput
    ) -> PluginUpdate | None:
        """Switch a plugin on or off, or change its settings. It takes effect at once."""
        plugins, changed_by = platform(info).plugins, viewer(info).email
        state = await run(
            lambda: plugins.update(
                plugin_id,
                active=input.active,
                configuration=[(item.name, item.value) for item in input.configuration or ()],
                changed_by=changed_by,
                same_account=input.same_account,
            )
        )
        return PluginUpdate(plugin=plugin_of(state))
