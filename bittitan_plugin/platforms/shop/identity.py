"""Lets the web pages sign in the shop's users."""

from uuid import UUID

from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.platforms.shop.customers import Customers, is_session_of, viewer_of
from bittitan_plugin.platforms.shop.tables import UserRow


class ShopIdentity:
    """The pages' ``Identity`` port over the shop's users."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers

    def sign_in(
        self, email: str, password: str, address: str, device: str | None = None
    ) -> str | None:
        """The key of the user with this e-mail and password. Raises ``SignInDelayed``."""
        user = self._customers.sign_in(email, password, address, device)
        return None if user is None else key_of(user)

    def viewer(self, user: str) -> Viewer:
        """The user with that key; anonymous if it names no user or was ended."""
        user_id, session_key = _parts(user)
        row = self._customers.find([user_id]).get(user_id) if user_id else None
        return viewer_of(row) if row and is_session_of(row, session_key) else ANONYMOUS

    def welcome(self, email: str, company: str, password: str) -> str:
        """The key of the user who proved that address, with this password from now on."""
        return key_of(self._customers.welcome(email, company, password))

    def sign_out_everywhere(self, user: str) -> None:
        """End every session and every token of the user with that key."""
        user_id, _ = _parts(user)
        if user_id and self.viewer(user) != ANONYMOUS:
            self._customers.sign_out_everywhere(user_id)


def key_of(user: UserRow) -> str:
    """The key of a user that a session stores."""
    return f"{user.id}:{user.session_key or ''}"


def _parts(key: str) -> tuple[UUID | None, str]:
    user_id, _, session_key = key.partition(":")
    try:
        return UUID(user_id), session_key
    except ValueError:
        return None, session_key
