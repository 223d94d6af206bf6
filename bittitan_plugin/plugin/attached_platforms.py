"""Which platform each installation has: announced in this process, or known from the database."""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.errors import NotServedHere
from bittitan_plugin.ports.platform import Host

#: The platform of an installation that announces itself to nobody, or None if it has none such.
FindHost = Callable[[UUID], Host | None]


class AttachedHosts:
    """The ``Hosts`` port: platforms as they announced themselves, then what ``find`` knows."""

    def __init__(self, find: FindHost | None = None) -> None:
        self._hosts: dict[UUID, Host] = {}
        self._find = find

    def attach(self, installation_id: UUID, host: Host) -> None:
        """From now on this installation's platform is ``host``."""
        self._hosts[installation_id] = host

    def of(self, installation_id: UUID) -> Host:
        """Raises ``NotServedHere`` when this process knows no platform of the installation."""
        host = self._hosts.get(installation_id)
        if host is None and self._find is not None:
            host = self._find(installation_id)
        if host is None:
            raise NotServedHere(
                f"no platform is attached for installation {installation_id} in this process"
            )
        return host
