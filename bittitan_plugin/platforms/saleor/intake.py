"""The one entry for events at a Saleor, whether from a webhook or from the poller."""

from collections.abc import Sequence

from pluggy import PluginManager

from bittitan_hooks import specs

#: The hook that takes each kind of event.
_HOOKS = {
    spec.__annotations__["event"]: name
    for name, spec in vars(specs.CommerceSpecs).items()
    if "event" in getattr(spec, "__annotations__", {})
}


class NotTaken(Exception):
    """The plugin could not make an event durable: it must be sent again."""


class Intake:
    """Calls the hooks of ``plugins``."""

    def __init__(self, plugins: PluginManager) -> None:
        self._hook = plugins.hook

    def take(self, events: Sequence[specs.Event]) -> str:
        """Call the hook of each. Returns the results, in words. Raises ``NotTaken``."""
        outcomes: list[specs.Outcome] = []
        for event in events:
            outcomes += getattr(self._hook, _HOOKS[type(event)])(event=event)
        if any(outcome.status is specs.OutcomeStatus.FAILED for outcome in outcomes):
            raise NotTaken
        return " ".join(outcome.message for outcome in outcomes) or "Ignored."
