"""Finds the asset of a coupon code without decrypting any: by a fingerprint keyed with a secret.

Each installation has a secret of its own, sealed like a code. With a dump of the database but
without a key, nobody can read a code or check a guessed one.
"""

from secrets import token_hex

from bittitan_plugin.base.cipher import fingerprint
from bittitan_plugin.domain.coupons import Sealed, normal_form
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The longest code that is looked for, in characters.
LONGEST = 255


def new_codes_secret(ports: Ports, work: UnitOfWork, *, keep: bool = True) -> str:
    """The secret for fingerprints; made when there is none, and stored if ``keep``."""
    sealed = work.coupons.secret()
    if sealed is None and keep:
        # Two processes with a secret each would not recognize each other's codes.
        work.take_turns("code-secret")
        sealed = work.coupons.secret()
    if sealed is not None:
        return ports.cipher.open(sealed)
    secret = token_hex(32)
    if keep:
        work.coupons.keep_secret(ports.cipher.seal(secret))
    return secret


def fingerprint_of(ports: Ports, work: UnitOfWork, code: str, sealed: Sealed | None = None) -> str:
    """The fingerprint of this code; ``sealed`` is the secret, where it is known.

    A secret never changes once there is one.
    """
    secret = ports.cipher.open(sealed) if sealed else new_codes_secret(ports, work)
    return fingerprint(secret, code)


def mark_of(ports: Ports, work: UnitOfWork, code: str) -> str:
    """The fingerprint to find that code by; for a code that cannot exist, one without a match."""
    sealed, form = work.coupons.secret(), normal_form(code)
    if sealed is None or not form or len(form) > LONGEST or not form.isprintable():
        return ""
    return fingerprint(ports.cipher.open(sealed), code)
