"""E-mail addresses: which can be written to, in what form they are kept, and which are the same.

A domain in another script is kept in the ASCII form that mail servers know, by IDNA 2008 (RFC 5891,
the ``idna`` package). The standard library's codec is IDNA 2003, which sends mail for ``straße`` to
``strasse``, another domain. Nothing is folded to make it fit: full-width letters and invisible
characters are refused where the address enters.
"""

import re
from unicodedata import normalize

import idna

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_line, quoted

#: A dot-atom of RFC 5322 in lower case. Other scripts before the @ need SMTPUTF8, which few have.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
#: The most characters before the @ and in all (RFC 5321).
_LONGEST_LOCAL, _LONGEST = 64, 254


def is_address(text: str) -> bool:
    """Whether it is one e-mail address that can be written to."""
    return _written(text) is not None


def normalized(address: str) -> str:
    """The form in which addresses are kept and compared: case never makes a difference.

    An invalid address is only put in lower case; ``check_address`` refuses it.
    """
    return _written(address) or address.strip().lower()


def check_address(value: str | None, name: str) -> str:
    """The address, normalized.

    Raises ``Refusal`` on ``name``: REQUIRED when it is empty, INVALID when it cannot be written to.
    """
    check_line(value, name)
    address = _written(value or "")
    if address is None:
        raise Refusal(
            ErrorCode.INVALID,
            f"{quoted(value)} is not an e-mail address that can be written to.",
            field=name,
        )
    return address


def _written(text: str) -> str | None:
    """The address with its domain in ASCII; None where it has no such form."""
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or _LOCAL.fullmatch(local) is None:
        return None
    try:
        ascii_domain = idna.encode(normalize("NFC", domain)).decode()
    except UnicodeError:
        return None
    written = f"{local}@{ascii_domain}"
    # With a dot at the end, one address could be written in two ways.
    return None if len(written) > _LONGEST or written.endswith(".") else written
