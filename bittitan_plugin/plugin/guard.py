"""What all event hooks share: they ignore events while switched off, and never raise."""

from collections.abc import Callable

import structlog

from bittitan_hooks.results import Outcome, OutcomeStatus
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.installations import find_installation
from bittitan_plugin.services.ports import Ports

#: Returns the plugin's ports; called lazily, so that loading the plugin opens nothing.
PortsProvider = Callable[[], Ports]

_log = structlog.get_logger(__name__)


def guarded(
    provider: PortsProvider, key: str, act: Callable[[Ports, Installation], Outcome]
) -> Outcome:
    """Run ``act`` for the installation if the plugin is on; report what happened either way."""
    try:
        ports = provider()
        installation = find_installation(ports, key)
        if installation is None or not installation.active:
            return ignored("The plugin is switched off.")
        return act(ports, installation)
    except Refusal as refusal:
        return Outcome(status=OutcomeStatus.REFUSED, message=_spoken(refusal))
    except Exception as error:
        # A customer's order must not fail because we do; reconciliation finds what we missed.
        failed("event", key, error)
        return Outcome(
            status=OutcomeStatus.FAILED,
            message=f"The plugin could not take the event ({type(error).__name__}); see its log.",
        )


def failed(hook: str, key: str, error: Exception) -> None:
    """Log the error with its traceback, because it is not raised into the platform."""
    _log.error(
        "hook_failed", hook=hook, installation=key, error=type(error).__name__, exc_info=error
    )


def ignored(message: str) -> Outcome:
    """The event does not concern the plugin."""
    return Outcome(status=OutcomeStatus.IGNORED, message=message)


def accepted(message: str, workflow_ids: tuple[str, ...] = ()) -> Outcome:
    """The event is durable."""
    return Outcome(status=OutcomeStatus.ACCEPTED, message=message, workflow_ids=workflow_ids)


def _spoken(refusal: Refusal) -> str:
    return f"{refusal.field}: {refusal.message}" if refusal.field else refusal.message
