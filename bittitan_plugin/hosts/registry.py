"""Which platform each installation is attached to, in this process."""

from uuid import UUID

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.hosts.port import Host


class AttachedHosts:
    """The ``Hosts`` port: platforms as they announced themselves."""

    def __init__(self) -> None:
        self._hosts: dict[UUID, Host] = {}

    def attach(self, installation_id: UUID, host: Host) -> None:
        """From now on this installation's platform is ``host``."""
        self._hosts[installation_id] = host

    def of(self, installation_id: UUID) -> Host:
        """Raises ``Unavailable`` when no platform has announced itself for the installation."""
        try:
            return self._hosts[installation_id]
        except KeyError:
            raise Unavailable(
                f"no platform is attached for installation {installation_id} in this process"
            ) from None
