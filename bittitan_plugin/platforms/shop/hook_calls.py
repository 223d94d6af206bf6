"""Fires hooks. A plugin that fails is logged and skipped; the order is not affected."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from pluggy import PluginManager

from bittitan_hooks import specs
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.ports.platform import PluginsRejected

log = structlog.get_logger(__name__)


class HookCaller:
    """Calls every plugin, each by itself, so that one that raises does not stop the next."""

    def __init__(self, plugins: PluginManager, installation: str) -> None:
        self._plugins = plugins
        self.installation = installation

    def announce(self, hook: str, make_event: Callable[[], specs.Event]) -> bool:
        """Fire an event hook and log each plugin's answer. Never raises.

        False when one of them failed and must get the event again.
        """
        taken = True
        for plugin, outcome in self._ask_all(hook, make_event):
            if outcome is None:
                taken = False
            if isinstance(outcome, specs.Outcome):
                taken = taken and outcome.status is not specs.OutcomeStatus.FAILED
                log.info(
                    "hook answered",
                    hook=hook,
                    plugin=plugin,
                    status=outcome.status.value,
                    outcome=outcome.message,
                    workflow_ids=outcome.workflow_ids,
                )
        return taken

    def precheck(self, make_event: Callable[[], specs.Event]) -> None:
        """Ask whether an order may be sold. Raises ``PluginsRejected``."""
        answers = self._ask_all("order_precheck", make_event)
        reject([refusal for _, answer in answers for refusal in answer or ()])

    def states(self) -> list[tuple[str, specs.PluginState]]:
        """The state of every plugin, with the name it is registered under."""
        answers = self._ask_all("plugin_state", lambda: _state_requested(self.installation))
        return [(name, state) for name, state in answers if state is not None]

    def ask(self, name: str, hook: str, event: specs.Event) -> list[Any]:
        """Fire a hook of one plugin only. Raises what the plugin raises."""
        others = {other for key, other in self._plugins.list_name_plugin() if key != name}
        return list(self._plugins.subset_hook_caller(hook, others)(event=event))

    def _ask_all(self, hook: str, make_event: Callable[[], specs.Event]) -> list[tuple[str, Any]]:
        """Every plugin's answers; None for one that raised."""
        answers: list[tuple[str, Any]] = []
        names = [name for name, plugin in self._plugins.list_name_plugin() if plugin is not None]
        for name in names:
            try:
                answers += [(name, answer) for answer in self.ask(name, hook, make_event())]
            except Exception:
                log.exception("hook failed", hook=hook, plugin=name)
                answers.append((name, None))
        return answers


def reject(refusals: Sequence[specs.HookRefusal]) -> None:
    """Raise ``PluginsRejected`` unless there are none."""
    if refusals:
        raise PluginsRejected([Refusal(it.code, it.message, field=it.field) for it in refusals])


def _state_requested(installation: str) -> specs.Event:
    return specs.PluginStateRequested(installation=installation)
