"""E-mail addresses: what counts as one, and which two are the same."""

import re

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_line

#: Deliberately coarse: whether an address exists, only its mail server knows.
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


def is_address(text: str) -> bool:
    """Whether it can be an e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def normalized(address: str) -> str:
    """The form in which addresses are kept and compared: case never tells two people apart."""
    return address.strip().lower()


def check_address(value: str | None, name: str) -> str:
    """The address, normalized.

    Raises ``Refusal`` on ``name``: REQUIRED when it is empty, INVALID when it is none.
    """
    address = normalized(check_line(value, name))
    if not is_address(address):
        raise Refusal(ErrorCode.INVALID, f"'{value}' is not an e-mail address.", field=name)
    return address
