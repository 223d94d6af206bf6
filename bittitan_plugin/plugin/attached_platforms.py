"""Finds each installation's platform: announced in this process, or known from the database."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.errors import NotServedHere, Unavailable
from bittitan_plugin.platforms.registry import PlatformConnection, in_words, log_fault
from bittitan_plugin.ports.platform import Platform


class AttachedPlatforms:
    """The ``Platforms`` port: first announced platforms, then those that the kinds know."""

    def __init__(self) -> None:
        self._announced: dict[UUID, Platform] = {}
        self._kinds: Mapping[str, PlatformConnection] = MappingProxyType({})

    def find_among(self, kinds: Mapping[str, PlatformConnection]) -> None:
        """Ask these kinds, by name, for the platform of an installation if none was announced."""
        self._kinds = kinds

    def attach(self, installation_id: UUID, platform: Platform) -> None:
        """Make ``platform`` the platform of this installation."""
        self._announced[installation_id] = platform

    def of(self, installation_id: UUID) -> Platform:
        """The installation's platform. Raises ``NotServedHere`` when this process knows none.

        A kind that cannot say stops only what no other kind serves.
        """
        platform = self._announced.get(installation_id)
        if platform is None:
            platform = self._found(installation_id)
        if platform is None:
            raise NotServedHere(
                f"no platform is attached for installation {installation_id} in this process"
            )
        return platform

    def _found(self, installation_id: UUID) -> Platform | None:
        fault: Exception | None = None
        for name, kind in self._kinds.items():
            try:
                platform = kind.platform_of(installation_id)
            except Unavailable:
                raise
            except Exception as error:
                log_fault(name, error)
                fault = fault or _failed(name, error)
                continue
            if platform is not None:
                return platform
        if fault is not None:
            raise fault
        return None


def _failed(name: str, error: Exception) -> Exception:
    # A database that is away is waited for as everywhere else.
    if isinstance(error, SQLAlchemyError):
        return error
    failed = NotServedHere(f"platform '{name}' failed: {in_words(error)}")
    failed.__cause__ = error
    return failed
