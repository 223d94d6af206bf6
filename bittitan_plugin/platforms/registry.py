"""Finds the installed kinds of commerce platforms by their entry points.

A kind brings its tables, its settings, and the way to its installations; nothing outside its own
package knows it by name. One that cannot be used is left out and named, and stops no other. A
platform that runs the plugin in its own process needs none of this: it announces itself by the hook
``host_started``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from pluggy import PluginManager
from pydantic_settings import BaseSettings
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.base.settings import Settings
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.ports.platform import Platform
from bittitan_plugin.services.ports import Ports

if TYPE_CHECKING:
    # A worker serves nothing and loads no web framework.
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

#: Entry points that each name a ``PlatformKind``.
GROUP = "bittitan_plugin.platforms"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What a kind is connected to."""

    settings: Settings
    engine: Engine
    ports: Ports
    #: The plugin's own hooks, for a kind with platforms that send events from outside.
    plugins: PluginManager


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One finding about an installation's platform, for ``bittitan-plugin doctor``."""

    check: str
    ok: bool
    message: str
    #: What to do about it; empty when there is nothing to do.
    remedy: str = ""


class PlatformConnection:
    """A kind of platform, connected. By itself it has no installation and nothing to do."""

    #: What a worker does each time it reads its timetable, besides the installations' tasks.
    chores: Sequence[Callable[[], None]] = ()

    def migrate(self) -> None:
        """Make its tables and bring them up to date, while no other process does; may be repeated.

        Those that the plugin's own migrations make need nothing here.
        """
        return

    def platform_of(self, installation_id: UUID) -> Platform | None:  # noqa: ARG002
        """The platform of an installation, if it is of this kind.

        Raises ``Unavailable`` for one that must not be called now.
        """
        return None

    def conditions(self, installation: Installation) -> Iterator[Condition]:  # noqa: ARG002
        """The findings about an installation; none about one of another kind."""
        return iter(())

    def routes(
        self,
        plugins: PluginManager,  # noqa: ARG002
        *,
        development: bool,  # noqa: ARG002
        graphql: "ASGIApp",  # noqa: ARG002
    ) -> "Sequence[BaseRoute]":
        """Its routes, which come before all others.

        It fires the hooks of ``plugins``; ``graphql`` answers the requests to ``/graphql/`` that
        are not its own.
        """
        return ()


def _unconnected(_wiring: Wiring, _settings: Any) -> PlatformConnection:
    return PlatformConnection()


@dataclass(frozen=True, kw_only=True)
class PlatformKind:
    """What a package of a platform offers under the entry point."""

    #: The tables it keeps in the plugin's database.
    tables: MetaData
    #: Its settings, which are read from the environment.
    settings: type[BaseSettings] = BaseSettings
    #: Connects it, with settings of type ``settings``. Opens nothing yet.
    connect: Callable[[Wiring, Any], PlatformConnection] = _unconnected


class UnusablePlatform(Exception):
    """What an entry point names is no kind of platform that can be used."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What the entry points name."""

    #: Every kind that can be used, by its name.
    kinds: Mapping[str, PlatformKind]
    #: Why others cannot, by their names. What secrets they keep is not known either.
    faults: Mapping[str, Exception]


@cache
def installed() -> Installed:
    """Load every kind, once in a process. Raises nothing."""
    kinds: dict[str, PlatformKind] = {}
    faults: dict[str, Exception] = {}
    for each in sorted(entry_points(group=GROUP), key=lambda it: it.name):
        try:
            kind = each.load()
            if not isinstance(kind, PlatformKind):
                raise UnusablePlatform(f"{each.value} is no PlatformKind")
            if each.name in kinds:
                raise UnusablePlatform(f"{each.value} has a name that another package has taken")
            kinds[each.name] = kind
        except Exception as error:
            faults[each.name] = error
    return Installed(kinds=kinds, faults=faults)


def installed_kinds() -> Mapping[str, PlatformKind]:
    """Every kind that can be used, by its name."""
    return installed().kinds


def in_words(fault: Exception) -> str:
    """What went wrong in a platform, for its operator, in a line."""
    name = type(fault).__name__
    if isinstance(fault, SQLAlchemyError):
        # The text may quote what was to be stored.
        return name
    return f"{name}: {str(fault).partition(chr(10))[0]}"


def log_fault(platform: str, fault: Exception) -> None:
    """Name the platform to its operator, and to its author where it went wrong."""
    told = None if isinstance(fault, SQLAlchemyError) else fault
    _log.error("platform_failed", platform=platform, error=in_words(fault), exc_info=told)


def platform_tables() -> list[MetaData]:
    """The tables of every kind that is installed, each collection once."""
    return list(dict.fromkeys(kind.tables for kind in installed_kinds().values()))
