"""Encryption at rest for credentials and coupon codes.

The first key encrypts, every key decrypts, so keys are rotated by putting a new one in front.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bittitan_plugin.domain.coupons import Sealed


class UnreadableSecret(Exception):
    """A stored secret cannot be decrypted with any of the configured SECRET_KEYS."""


class Cipher:
    """Seals and opens secrets with the keys of ``BITTITAN_SECRET_KEYS``."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: str) -> Sealed:
        """Encrypt; the same secret gives another text each time."""
        return Sealed(self._fernet.encrypt(secret.encode()).decode())

    def open(self, sealed: Sealed) -> str:
        """Decrypt. Raises ``UnreadableSecret`` when no key fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise UnreadableSecret(
                "A stored secret fits none of the keys in BITTITAN_SECRET_KEYS; "
                "put the key it was written with at the end of the list."
            ) from None


def is_key(text: str) -> bool:
    """Whether ``text`` can be one of ``BITTITAN_SECRET_KEYS``."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def generate_key() -> str:
    """A new key, as ``BITTITAN_SECRET_KEYS`` takes it."""
    return Fernet.generate_key().decode()
