"""Makes Starlette read every form as UTF-8, whatever charset the form names.

A part of a form has no charset of its own (RFC 7578, section 5.1.2); where one is
named, Starlette reads the form by any of Python's codecs, and some of them yield surrogates,
which can be neither stored nor shown.
"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_CHARSET = re.compile(rb";\s*charset\s*=[^;]*", re.IGNORECASE)


class Utf8Forms:
    """ASGI middleware: leaves the charset out of a form's content type."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the wrapped application."""
        if scope["type"] == "http":
            headers = [
                (name, _CHARSET.sub(b"", value) if _is_form(name, value) else value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)


def _is_form(name: bytes, value: bytes) -> bool:
    return name == b"content-type" and value.lower().lstrip().startswith(b"multipart/form-data")
