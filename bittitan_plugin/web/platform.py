"""The ports for the accounts and the plugins of the platform that the pages belong to."""

from collections.abc import Sequence
from typing import Protocol

from bittitan_plugin.domain.access import Viewer


class PluginSettings(Protocol):
    """The plugins of the platform, as staff set them."""

    def update(
        self,
        plugin_id: str,
        *,
        active: bool | None,
        configuration: Sequence[tuple[str, str | None]],
        changed_by: str,
        same_account: bool | None = None,
    ) -> object:
        """Validate, then store. ``active`` None leaves the plugin switched as it is.

        ``same_account`` is staff's answer whether it is the same BitTitan account, where asked.
        Raises ``Refusal`` or ``PluginsRejected`` with nothing changed.
        """


class Identity(Protocol):
    """The platform's accounts, as the pages need them. Synchronous; may visit the database."""

    def sign_in(
        self, email: str, password: str, address: str, device: str | None = None
    ) -> str | None:
        """The user's key, or None, which does not show whether e-mail or password is wrong.

        A session stores the key; it stays the same until the user ends all sessions,
        and it is no secret, because the session is signed. ``address`` is the network
        address of the request, ``device`` the name of a browser that the account has
        signed in on before. Raises ``SignInDelayed`` after too many wrong passwords.
        """

    def viewer(self, user: str) -> Viewer:
        """The user with that key, with the permissions held now.

        Anonymous when the user is gone, or has ended the sessions begun with that key.
        """

    def welcome(self, email: str, company: str, password: str) -> str:
        """The key of the user who proved to read the mail of that address.

        A new customer, or the one with that address; either signs in with this password from
        now on, and all earlier sessions end. Raises ``Refusal`` on ``password``, and for an
        address that cannot be a customer's.
        """

    def sign_out_everywhere(self, user: str) -> None:
        """End every session and every token of that user, on every device."""
