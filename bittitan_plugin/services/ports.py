"""All that a use case needs from outside, in one value made by the composition root."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.base.clock import Clock
from bittitan_plugin.ports.mail import Mailer
from bittitan_plugin.ports.platform import Platform, Platforms
from bittitan_plugin.ports.vendor import Vendors
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The outside world, as use cases see it."""

    store: Store
    vendors: Vendors
    platforms: Platforms
    mailer: Mailer
    cipher: Cipher
    clock: Clock
    #: The back office's address, for links in e-mails; None where it is not served.
    back_office: str | None = None


@dataclass(frozen=True)
class Tenant:
    """One installation with the outside world as its use cases see it."""

    ports: Ports
    #: The installation.
    id: UUID

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work to read only, as ``Store.reading`` gives it."""
        return self.ports.store.reading(self.id)

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that commits when the block ends, as ``Store.writing`` gives it."""
        return self.ports.store.writing(self.id)

    @property
    def platform(self) -> Platform:
        """The platform this installation is attached to."""
        return self.ports.platforms.of(self.id)
