"""The one way in for what happens at a Saleor, whether a webhook said it or the poller found it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pluggy import PluginManager

from bittitan_hooks import specs


@dataclass(frozen=True)
class Firing:
    """A hook to call, by name, and the event to call it with."""

    hook: str
    event: specs.Event


class NotTaken(Exception):
    """The plugin could not make an event durable: it has to come again."""


class Intake:
    """Calls the hooks of ``plugins``."""

    def __init__(self, plugins: PluginManager) -> None:
        self._hook = plugins.hook

    def take(self, firings: Sequence[Firing]) -> str:
        """Fire all of them. Returns what became of them, in words. Raises ``NotTaken``."""
        outcomes: list[specs.Outcome] = []
        for firing in firings:
            outcomes += getattr(self._hook, firing.hook)(event=firing.event)
        if any(outcome.status is specs.OutcomeStatus.FAILED for outcome in outcomes):
            raise NotTaken
        return " ".join(outcome.message for outcome in outcomes) or "Ignored."
