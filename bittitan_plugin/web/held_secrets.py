"""Keeps a secret that somebody typed in the form that comes back, without showing it.

The form has it sealed in a hidden field. It opens only for the same user and setting, for a few
minutes, so that a page in a browser's cache is no copy of the password for long.
"""

import json
from datetime import datetime, timedelta

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.waits import left

#: How long the form keeps it. Our choice.
HELD_FOR = timedelta(minutes=15)
#: What it is sealed for, so that nothing else that we seal opens here.
_PURPOSE = "a secret typed into a form"


def hold(cipher: Cipher, *, user: str, setting: str, secret: str, now: datetime) -> str:
    """The text of the hidden field."""
    until = (now + HELD_FOR).isoformat()
    return cipher.seal(json.dumps([_PURPOSE, user, setting, until, secret]))


def take(cipher: Cipher, held: str, *, user: str, setting: str, now: datetime) -> str:
    """The secret again; empty when its time is over, or when it is another's or another thing."""
    try:
        content = json.loads(cipher.open(Sealed(held)))
    except (UnreadableSecret, ValueError):
        return ""
    match content:
        case [purpose, owner, name, until, secret] if (purpose, owner, name) == (
            _PURPOSE,
            user,
            setting,
        ) and left(datetime.fromisoformat(until), now, HELD_FOR):
            return str(secret)
    return ""
