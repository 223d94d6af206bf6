"""All that a use case needs from outside, in one value made by the composition root."""

from dataclasses import dataclass

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.base.clock import Clock
from bittitan_plugin.ports.mail import Mailer
from bittitan_plugin.ports.platform import Platforms
from bittitan_plugin.ports.vendor import Vendors
from bittitan_plugin.store.unit_of_work import Store


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
