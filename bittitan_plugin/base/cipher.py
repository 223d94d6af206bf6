"""Encryption at rest for credentials and coupon codes.

The first key encrypts, every key decrypts. Append a new key in every process before you move it
to the front in any: then no process meets a secret that it cannot open.
"""

import hmac
from collections.abc import Sequence
from typing import ClassVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bittitan_plugin.domain.coupons import Sealed, masked, normal_form
from bittitan_plugin.domain.errors import ErrorCode, Unavailable


class UnreadableSecret(Unavailable):
    """A stored secret fits none of this process's keys.

    This is not final: while keys are changed one process at a time, another has the key already, or
    this one gets it at its next start.
    """

    reported_as: ClassVar[ErrorCode] = ErrorCode.PLUGIN_MISCONFIGURED


class Cipher:
    """Seals and opens secrets with the keys of ``BITTITAN_SECRET_KEYS``."""

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(key) for key in keys]
        self._first, self._fernet = fernets[0], MultiFernet(fernets)

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

    def masked(self, sealed: Sealed) -> str:
        """Coupon codes as they may be shown; one that no key opens does not break a whole list."""
        try:
            return " ".join(masked(code) for code in self.open(sealed).split())
        except UnreadableSecret:
            return "unreadable"

    def renewed(self, sealed: Sealed) -> Sealed | None:
        """The same secret sealed with the first key; None when it already is.

        Raises ``UnreadableSecret`` when no key fits.
        """
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None


def fingerprint(secret: str, code: str) -> str:
    """The same text for the same coupon code; reveals nothing about it without ``secret``.

    Sealing a code twice gives two texts, so sealed texts do not show that a code is known. Every
    spelling of a code is the same code (``normal_form``).
    """
    return hmac.digest(secret.encode(), normal_form(code).encode(), "sha256").hex()


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
