"""Finds each installation's platform: announced in this process, or known from the database."""

from collections.abc import Iterable
from uuid import UUID

from bittitan_plugin.domain.errors import NotServedHere
from bittitan_plugin.platforms.registry import PlatformConnection
from bittitan_plugin.ports.platform import Host


class AttachedHosts:
    """The ``Hosts`` port: first announced platforms, then those that the kinds know."""

    def __init__(self) -> None:
        self._hosts: dict[UUID, Host] = {}
        self._kinds: tuple[PlatformConnection, ...] = ()

    def find_among(self, kinds: Iterable[PlatformConnection]) -> None:
        """Ask these kinds for the platform of an installation if none was announced."""
        self._kinds = tuple(kinds)

    def attach(self, installation_id: UUID, host: Host) -> None:
        """Make ``host`` the platform of this installation."""
        self._hosts[installation_id] = host

    def of(self, installation_id: UUID) -> Host:
        """The installation's platform. Raises ``NotServedHere`` when this process knows none."""
        host = self._hosts.get(installation_id) or self._found(installation_id)
        if host is None:
            raise NotServedHere(
                f"no platform is attached for installation {installation_id} in this process"
            )
        return host

    def _found(self, installation_id: UUID) -> Host | None:
        found = (kind.platform_of(installation_id) for kind in self._kinds)
        return next((host for host in found if host is not None), None)
