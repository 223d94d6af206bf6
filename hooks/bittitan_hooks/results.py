"""The answers of hooks: plain values, so a platform can log or show them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bittitan_plugin.domain.errors import ErrorCode


class OutcomeStatus(StrEnum):
    """What became of an event."""

    #: Durable: it is done, or will be even if the process dies now. Repeated events get this too.
    ACCEPTED = "ACCEPTED"
    #: It does not concern this plugin, or the plugin is switched off.
    IGNORED = "IGNORED"
    #: It cannot be acted on; ``message`` says why. A problem has been raised for staff.
    REFUSED = "REFUSED"
    #: The plugin could not take it (its database may be down). Nothing is durable: fire it again.
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class HookRefusal:
    """Why an order or a configuration is not accepted, on which field, and how to correct it."""

    code: ErrorCode
    message: str
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an event hook did. A hook never raises into the platform; it reports failures here."""

    status: OutcomeStatus
    #: One sentence.
    message: str
    #: Ids of the durable workflows that now carry the work.
    workflow_ids: tuple[str, ...] = ()
    #: Ids of order lines that are not ours.
    ignored_line_ids: tuple[str, ...] = ()
    #: Order lines that are ours but cannot be provisioned, and why.
    refusals: tuple[HookRefusal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConfigurationValue:
    """One setting as it may be shown: secrets are masked."""

    name: str
    #: STRING, BOOLEAN or SECRET.
    type: str
    value: str | None
    label: str
    help_text: str


@dataclass(frozen=True, kw_only=True)
class PluginState:
    """The plugin as a platform lists it."""

    id: str
    name: str
    description: str
    active: bool
    configuration: tuple[ConfigurationValue, ...]


@dataclass(frozen=True, kw_only=True)
class GraphQLExtension:
    """The Strawberry classes a Python host merges into its own schema."""

    #: Merged with the platform's own through ``strawberry.tools.merge_types``.
    query: type
    mutation: type
    #: Types that no field of ``query`` or ``mutation`` mentions.
    types: tuple[type, ...] = ()
    #: Mixins for the platform's types, by its type name (``Order``, ``User`` …).
    mixins: Mapping[str, type] = field(default_factory=dict)
    #: Makes the value of ``context["bittitan"]`` for resolvers, once per request.
    request_scope: Callable[..., Any]
