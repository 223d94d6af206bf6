"""Password hashing with scrypt from the standard library."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from secrets import token_bytes

#: Cost (memory is 128 * N * r bytes: 16 MiB), block size, parallelism.
_N, _R, _P = 2**14, 8, 1
#: Bounds of a password's length, in characters. Our choice; the upper one bounds hashing's cost.
SHORTEST, LONGEST = 8, 200


def hash_password(password: str) -> str:
    """A hash that ``matches`` can check; the same password gives another one each time."""
    salt = token_bytes(16)
    return f"scrypt${b64encode(salt).decode()}${b64encode(_derive(password, salt)).decode()}"


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password.

    Takes as long without a stored one, so that the time does not show which accounts exist.
    """
    _, salt, digest = (stored or _NOBODY).split("$")
    fits = hmac.compare_digest(_derive(password[:LONGEST], b64decode(salt)), b64decode(digest))
    return fits and stored is not None


def _derive(password: str, salt: bytes) -> bytes:
    # No accepted password contains a surrogate, so none with one matches.
    return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, n=_N, r=_R, p=_P)


_NOBODY = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$" + b64encode(bytes(64)).decode()
