"""Saleor's global ids: base64 of ``Type:key``."""

import base64
import binascii


def is_of(kind: str, global_id: str) -> bool:
    """Whether it is an id of that type; Saleor answers any other with an error."""
    try:
        text = base64.b64decode(global_id, validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return text.startswith(f"{kind}:")
